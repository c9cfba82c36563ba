"""The forms of a page that change something, as a browser would send them, untouched."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    """Collects what each form would send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, dict[str, str]] = {}
        self._here: dict[str, str] = {}
        self._action = ""
        self._written: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            is_sent = given.get("method", "").lower() == "post"
            self._action = given.get("action", "")
            self._here = self.forms.setdefault(self._action, {}) if is_sent else {}
        elif tag == "button" and given.get("formmethod", "").lower() == "post":
            self.forms[self._action] = self._here | {name: value}
        elif tag in {"select", "textarea"}:
            self._written = name
            self._here |= {name: ""} if tag == "textarea" else {}
        elif tag == "option" and self._written is not None:
            is_sent = "selected" in given or self._written not in self._here
            self._here |= {self._written: value} if is_sent else {}
        elif tag == "input" and name:
            is_sent = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            self._here |= {name: value} if is_sent else {}

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self._written = None

    def handle_data(self, data: str) -> None:
        if self._written and self.lasttag == "textarea":
            self._here[self._written] += data


def forms_on(page: str, path: str) -> dict[str, dict[str, str]]:
    """Give what each form of a page would send, by the path it sends it to."""
    reader = _Forms()
    reader.feed(page)
    return {action or path: values for action, values in reader.forms.items()}
