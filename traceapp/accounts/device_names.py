"""How a browser is called in the list of devices: "Chrome · Android", from its User-Agent."""

# In this order: Edge and Samsung's browser also say Chrome, Chrome also says Safari.
_BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet")),
    *(("coc_coc_browser", "Cốc Cốc"), ("Zalo", "Zalo"), ("FBAN", "Facebook"), ("FBAV", "Facebook")),
    *(("CriOS", "Chrome"), ("FxiOS", "Firefox"), ("Firefox", "Firefox")),
    *(("Chrome", "Chrome"), ("Safari", "Safari")),
)
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def device_name(user_agent: str) -> str:
    """Name a browser and its system; only words of our own, never the text that was sent."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    return " · ".join(word for word in (browser, system) if word) or "?"


def _first(words: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in words if mark in text), None)
