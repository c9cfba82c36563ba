"""Copy the libraries of the phone app out of their packages, each as the one file it publishes.

Nothing is bundled. Workers know no import map, so a bare name inside a module becomes the file
beside it. The types stay in `node_modules`; a small file beside each module leads there.
"""

import shutil
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PACKAGES = TOP / "node_modules"
VENDOR = TOP / "static" / "pwa" / "vendor"
# Our file: the package and its file, and the name by which types know it.
MODULES = {
    "preact.js": ("preact/dist/preact.mjs", "preact"),
    "hooks.js": ("preact/hooks/dist/hooks.mjs", "preact/hooks"),
    "htm.js": ("htm/dist/htm.mjs", "htm"),
    "idb.js": ("idb/build/index.js", "idb"),
    "zxing/reader/index.js": ("zxing-wasm/dist/es/reader/index.js", "zxing-wasm/reader"),
    "zxing/share.js": ("zxing-wasm/dist/es/share.js", None),
}
PLAIN_FILES = {"zxing/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm"}
NAMES = {'from"preact"': 'from"./preact.js"'}
LICENCES = ("preact", "htm", "idb", "zxing-wasm")


def is_there() -> bool:
    """Tell whether every file was copied."""
    return all((VENDOR / name).exists() for name in (*MODULES, *PLAIN_FILES))


def copy() -> None:
    """Write the folder of libraries anew."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, (source, types) in MODULES.items():
        text = (PACKAGES / source).read_text(encoding="utf-8")
        for bare, beside in NAMES.items():
            text = text.replace(bare, beside)
        lines = [line for line in text.splitlines() if not line.startswith("//# sourceMappingURL")]
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if types is not None:
            target.with_suffix(".d.ts").write_text(_types_of(types), encoding="utf-8")
    for name, source in PLAIN_FILES.items():
        shutil.copy(PACKAGES / source, VENDOR / name)
    for package in LICENCES:
        shutil.copy(PACKAGES / package / "LICENSE", VENDOR / f"LICENSE.{package}.txt")


def _types_of(package: str) -> str:
    if package == "htm":
        return 'export { default } from "htm";\n'
    return f'export * from "{package}";\n'
