from web.shared.attributes import aria, data


def test_names_get_their_dashes():
    assert aria(label="Pages") == {"aria-label": "Pages"}
    assert data(max_bytes="9", **{"try": "x"}) == {"data-max-bytes": "9", "data-try": "x"}
