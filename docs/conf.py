"""The documentation as a site, for `make docs`: Markdown pages, and the public names from their docstrings."""

from __future__ import annotations

import fibercap

project = "fibercap"
author = "fibercap developers"
release = version = fibercap.__version__
html_title = "fibercap"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
exclude_patterns = ["_build"]

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False

default_role = "code"
napoleon_google_docstring = False
napoleon_custom_sections = [("Source", "notes_style")]
autodoc_typehints = "none"  # shapes and units stand in the docstrings
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True

pygments_style = "friendly"
highlight_language = "none"
suppress_warnings = [
    "misc.highlighting_failure",  # a block shows what a terminal prints, or a part of a plan
    "toc.not_included",  # decisions are found on their own page; a test looks for all other pages in the contents
]
