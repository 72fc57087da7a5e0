"""How Sphinx builds the documentation: `make docs`. Nothing in it is fetched from anywhere."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from simulator import __version__
from tools.reference import write

write()

project = "simulator"
author = "the simulator's authors"
copyright = author  # noqa: A001 - Sphinx's name for it
version = release = __version__

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"simulator {version}"
html_copy_source = False
html_theme_options = {"source_view_link": "", "top_of_page_buttons": []}
html_baseurl = ""
