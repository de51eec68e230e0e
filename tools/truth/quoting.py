"""Tables of what was kept, put into the accuracy page between two marks."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"


def put(part: str, first: str, last: str, page: Path = PAGE) -> None:
    """Put a part that begins and ends with these marks where the page has them, else ValueError."""
    before, _, rest = page.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not end:
        raise ValueError(f"{page} has no place for {first}")
    page.write_text(before + part + after, encoding="utf-8")
