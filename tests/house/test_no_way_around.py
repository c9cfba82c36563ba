"""No line of ours goes around escaping, parameters or the one source of secrets (ASVS 1, 11, 15).

Each rule names the few places that may, with the reason.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "traceapp").rglob("*.py"))
TEMPLATES = sorted(
    path for path in (ROOT / "traceapp").rglob("*.html") if "supervisor" not in path.parts
)

# Text that is drawn as it is: our own files, or written out of whole escaped parts.
MAY_MARK_AS_SAFE = {
    "traceapp/web/pages.py": "icons, our own files",
    "traceapp/public/structured_data.py": "a data block, `<` escaped in the line above",
    "traceapp/public/stylesheet.py": "the stylesheet, our own file",
    "traceapp/public/code_views.py": "a drawing of ours, every text escaped where it is drawn",
    "traceapp/public/route_map.py": "a drawing of ours, every text escaped where it is drawn",
    "traceapp/desk/labels/label_paper.py": "the label sheet, every text escaped where it is drawn",
    "traceapp/admission/desk_views.py": "a QR symbol with our own title",
    "traceapp/phone/views.py": "a QR symbol with our own title",
    "traceapp/accounts/factor_views.py": "a QR symbol without words",
    "traceapp/desk/handoffs/hand_off_links.py": "a QR symbol with our own title",
}
MAY_SKIP_ESCAPING = {
    "traceapp/public/templates/public/offline.html": "words of our own, with a link in them",
}
BANNED_CALLS = {
    "eval", "exec", "compile", "__import__", "render_template_string", "from_string",
    "pickle.loads", "pickle.load", "marshal.loads", "shelve.open", "yaml.load", "yaml.unsafe_load",
    "os.system", "os.popen", "subprocess.getoutput", "tempfile.mktemp", "hashlib.md5",
    "hashlib.sha1", "ssl._create_unverified_context",
}  # fmt: skip
BANNED_MODULES = {"pickle", "marshal", "shelve", "dill", "telnetlib", "ftplib", "xml"}
DICE = {"random", "randint", "choice", "choices", "randrange", "shuffle", "getrandbits", "sample"}
WEAK_DICE = {f"random.{name}" for name in DICE} | {"random.Random", "uuid.uuid1", "uuid.uuid3"}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Give every call in a file with its dotted name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def place(path: Path, node: ast.AST) -> str:
    """Say where."""
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"


def found(banned: set[str]) -> list[str]:
    """Give every place that calls one of these."""
    return [
        f"{place(path, node)} {name}"
        for path in SOURCES
        for name, node in calls(path)
        if name in banned
    ]


def test_asvs_1_3_2_and_1_5_2_nothing_runs_or_unpacks_what_was_sent() -> None:
    assert found(BANNED_CALLS) == []


def test_asvs_1_5_1_and_1_5_2_no_module_that_trusts_its_input_is_used() -> None:
    imported = [
        f"{place(path, node)} {name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _modules(node)
        if name.partition(".")[0] in BANNED_MODULES
    ]
    assert imported == []


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_asvs_11_5_1_no_secret_is_thrown_with_weak_dice() -> None:
    assert found(WEAK_DICE) == []


def test_asvs_1_2_4_no_statement_is_put_together_from_pieces() -> None:
    built = []
    for path in SOURCES:
        for name, node in calls(path):
            is_statement = name.rpartition(".")[2] in {"text", "exec_driver_sql", "execute"}
            if is_statement and node.args and _is_glued(node.args[0]):
                built.append(f"{place(path, node)} {ast.unparse(node.args[0])[:60]}")
    assert [one for one in built if not one.startswith(tuple(MAY_GLUE))] == []


# Names that stand in the code itself, or were quoted by the database's own function.
MAY_GLUE = (
    "traceapp/database/engine.py",  # PRAGMA of a number of ours
    "traceapp/upkeep/",  # names of our tables, from the models
    "traceapp/admission/erasure.py",  # the same
)


def _is_glued(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(
            isinstance(side, ast.Constant) and isinstance(side.value, str)
            for side in (node.left, node.right)
        )
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("'.format")


def test_asvs_1_2_1_only_named_files_mark_text_as_safe() -> None:
    marking = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for name, node in calls(path)
        if name in {"Markup", "markupsafe.Markup"}
        and node.args
        and not isinstance(node.args[0], ast.Constant)  # what is put into it later is escaped
    }
    assert marking - MAY_MARK_AS_SAFE.keys() == set()


def test_asvs_1_2_1_no_marked_text_is_glued() -> None:
    glued = [
        place(path, node)
        for path in SOURCES
        for name, node in calls(path)
        if name == "Markup" and node.args and _is_glued(node.args[0])
    ]
    assert glued == []


UNSAFE_TEMPLATE = re.compile(r"\|\s*safe\b|autoescape\s+false|\{%-?\s*autoescape", re.IGNORECASE)
STYLE_BY_ITS_HASH = {"frame.html", "app.html"}  # their policies name the one stylesheet each has
SCRIPT_BY_ITS_HASH = {"app.html": "<script>{{ is_new }}</script>"}  # ADR 23; 3.4.3 compares them
INLINE = re.compile(r"\s(?:on[a-z]+|style)\s*=\s*[\"'{]|<style\b|javascript:", re.IGNORECASE)
BARE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", re.IGNORECASE)
BARE_ATTRIBUTE = re.compile(r"<[a-z][^<>]*\s[a-z-]+=\{\{", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_asvs_1_2_1_and_3_4_3_no_template_steps_out_of_escaping(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    if path.relative_to(ROOT).as_posix() not in MAY_SKIP_ESCAPING:
        assert not UNSAFE_TEMPLATE.search(text)
    if path.name not in STYLE_BY_ITS_HASH:
        assert not INLINE.search(text), INLINE.search(text)
    assert not BARE_SCRIPT.search(text.replace(SCRIPT_BY_ITS_HASH.get(path.name, ""), ""))
    assert not BARE_ATTRIBUTE.search(text), BARE_ATTRIBUTE.search(text)


def test_asvs_3_2_2_no_script_writes_markup() -> None:
    sinks = re.compile(
        r"(?:innerHTML|outerHTML|srcdoc)\s*\+?=[^=]|\binsertAdjacentHTML|\bdocument\.write"
        r"|\beval\(|\bnew Function|\bsetTimeout\(\s*[\"'`]|\bcreateContextualFragment"
    )
    scripts = [path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts]
    assert scripts
    assert [path.name for path in scripts if sinks.search(path.read_text(encoding="utf-8"))] == []


TEXTS = {".py", ".md", ".html", ".json", ".yml", ".yaml", ".sh", ".conf", ".service", ".toml"}


def test_asvs_13_3_1_no_secret_stands_in_the_code() -> None:
    keys = re.compile(
        r"trc_[0-9A-Za-z]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[0-9A-Za-z]{30,}"
    )
    listed = [
        path
        for folder in ("traceapp", "deploy", "docs", "migrations", "tools")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".html", ".json", ".yml", ".yaml", ".sh"}
    ]
    assert listed
    assert [path for path in listed if keys.search(path.read_text(encoding="utf-8"))] == []
