"""What a document does not need is not loaded for it."""

from __future__ import annotations

import subprocess
import sys


def test_a_document_is_rendered_without_loading_the_review() -> None:
    asked = "import sys, derive.pipeline.render; print([name for name in sys.modules if name.startswith('derive.reviewing')])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "[]"
