from web.api.openapi import BASE, describe


def test_the_limit_is_in_the_document():
    document = describe(max_upload_bytes=1234)
    post = document["paths"]["/classify"]["post"]
    form = post["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["image"]["maxLength"] == 1234
    assert "1234 bytes" in post["responses"]["413"]["description"]
    assert document["servers"] == [{"url": BASE}]


def test_every_reference_has_its_schema():
    document = describe(max_upload_bytes=1)

    def references(node):
        if isinstance(node, dict):
            yield from (value for key, value in node.items() if key == "$ref")
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(document))
    assert found == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
