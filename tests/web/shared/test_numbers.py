from web.shared.numbers import create_numbers


def test_every_figure_has_its_words():
    numbers = create_numbers([("54", "photos"), ("6", "kinds")])
    assert [(item.children[0].children, item.children[1].children) for item in numbers.children] == [
        ("photos", "54"),
        ("kinds", "6"),
    ]
