"""The tree-sitter parser for bash, loaded without its packages' Python parts.

`import tree_sitter` imports `typing`, and `import tree_sitter_bash` imports
`importlib.resources`: together 25 ms. Both packages keep all we need in an extension
module `_binding`, which loads in under 1 ms. Where it cannot be loaded like that (another
layout of the package) the packages are imported as usual.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from typing import Any

    from tree_sitter import Parser, Tree


def _found(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            return spec
    return None


def _binding(package: str) -> Any:
    """What a package's extension module holds."""
    name = f"{package}._binding"
    if name in sys.modules:
        return sys.modules[name]
    home = _found(package, None)
    if home is not None and home.submodule_search_locations:
        spec = _found(name, home.submodule_search_locations)
        if spec is not None and spec.loader is not None:
            module = spec.loader.create_module(spec)
            if module is not None:
                spec.loader.exec_module(module)
                sys.modules[name] = module
                return module
    return __import__(package)


_parser: Parser | None = None


def parse(text: bytes) -> Tree:
    """The tree of a shell script; it has error nodes where the text is no bash."""
    global _parser  # noqa: PLW0603  one parser for the process: making one loads the grammar
    if _parser is None:
        core = _binding("tree_sitter")
        grammar = _binding("tree_sitter_bash")
        _parser = core.Parser(core.Language(grammar.language()))
    return _parser.parse(text)
