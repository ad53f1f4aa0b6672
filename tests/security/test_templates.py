"""Templates see the values of a document and their own folder, and end."""

from __future__ import annotations

import time
from pathlib import Path
from types import GeneratorType

import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.documents.rendering import fill as filling
from derive.documents.rendering.fill import files, fill
from derive.errors import DeriveError
from derive.pipeline import produce
from derive.pipeline.budget import Budget, using
from derive.pipeline.subject import read
from tests.security.conftest import SECRET
from tests.security.fuzz import PROBLEMS

RUNS = [
    r"\VAR{cycler.__init__.__globals__.os.popen('touch RAN').read()}",
    r"\VAR{self.__init__.__globals__.__builtins__.open('SECRET').read()}",
    r"\VAR{document.__class__.__init__.__globals__['__builtins__'].__import__('os').system('touch RAN')}",
    r"\VAR{''.__class__.__mro__[1].__subclasses__()}",
    r"\VAR{document|attr('__class__')}",
    r"\VAR{document['__class__']}",
    r"\VAR{(document|attr('_' ~ '_class_' ~ '_'))}",
    r"\VAR{'{0.__class__}'.format(document)}",
    r"\VAR{'%s' % document.__class__}",
    r"\VAR{document.items.append(1)}",
    r"\VAR{document.words.update({})}",
    r"\VAR{lipsum.__globals__}",
    r"\VAR{lipsum(n=9)}",
    r"\VAR{joiner.__init__.__globals__}",
    r"\VAR{namespace.__init__.__globals__}",
    r"\VAR{[].__class__}",
    r"\VAR{().__iter__.__self__}",
    r"\VAR{(document|map(attribute='__class__')|list)}",
    r"\BLOCK{include 'SECRET'}",
    r"\BLOCK{include '../../outside/secret.txt'}",
    r"\BLOCK{include 'builtin/../../outside/secret.txt'}",
    r"\BLOCK{import 'os' as os}",
    r"\VAR{cycler.next.__globals__}",
    r"\VAR{loop.__class__}",
    r"\VAR{super.__class__}",
    r"\VAR{caller.__globals__}",
    r"\VAR{[document]|sum(attribute='__class__', start=1)}",
    r"\VAR{[document]|selectattr('__class__')|list}",
    r"\VAR{[document, document]|sort(attribute='__class__')}",
    r"\VAR{[document]|map('attr', '__class__')|list}",
    r"\VAR{[document]|map(attribute='items.0.__class__')|list}",
    r"\VAR{('{a.__class__}').format_map({'a': document})}",
    r"\VAR{mode.__dataclass_fields__}",
    r"\VAR{self._TemplateReference__context}",
    r"\BLOCK{for a in [1] recursive}\VAR{loop._iterator}\VAR{loop.__class__}\BLOCK{endfor}",
    r"\BLOCK{macro m()}\BLOCK{endmacro}\VAR{m._func.__globals__}",
    r"\BLOCK{from 'SECRET' import x}",
    r"\BLOCK{include ['SECRET', '/etc/passwd'] ignore missing}",
    r"\BLOCK{extends 'SECRET'}",
]

ENDLESS = [
    r"\BLOCK{for i in range(10**9)}x\BLOCK{endfor}",
    r"\BLOCK{for i in range(99999)}\BLOCK{for j in range(99999)}\BLOCK{endfor}\BLOCK{endfor}",
    r"\BLOCK{for i in range(99999)}\BLOCK{for j in range(99999)}xxxxxxxxxxxxxxxxxxxxxxxx\BLOCK{endfor}\BLOCK{endfor}",
    r"\VAR{'a' * 10**10}",
    r"\VAR{10**10**10}",
    r"\VAR{'a'.ljust(10**11)}",
    r"\VAR{'%9999999999d' % 1}",
    r"\VAR{'{:9999999999}'.format(1)}",
    r"\VAR{'a'|center(99999999999)}",
    r"\BLOCK{include 'own.tex.j2'}",
    r"\VAR{'a'.zfill(10**10)}",
    r"\VAR{('\t' * 1000).expandtabs(10**9)}",
    r"\VAR{'x'|indent(999999999)}",
    r"\VAR{0x7fffffff|round(-99999999)}",
    r"\VAR{ {}.fromkeys(range(10**9)) }",
    r"\VAR{'a'.join(['b' * 10**5] * 10**5)}",
    r"\BLOCK{macro m()}\VAR{m()}\BLOCK{endmacro}\VAR{m()}",
    r"\BLOCK{set ns = namespace(x='aaaaaaaaaaaaaaaaaaaa')}\BLOCK{for i in range(99)}\BLOCK{set ns.x = ns.x ~ ns.x}\BLOCK{endfor}",
    r"\VAR{'%9999999999d'|format(1)}",
    r"\VAR{range(99999)|slice(10**9)|list|length}",
    r"\VAR{[1]|batch(10**9, 'x')|list}",
    r"\VAR{(1).to_bytes(10**9,'big')|length}",
    r"\VAR{('a'*99999)|replace('a','b'*99999)|length}",
    r"\BLOCK{set ns=namespace(x=99999)}\BLOCK{for i in range(99)}\BLOCK{set ns.x=ns.x*ns.x}\BLOCK{endfor}",
]

WRONG = [
    r"\BLOCK{include 'x'*90000}", r"\BLOCK{include document}", r"\BLOCK{include 5}", r"\BLOCK{extends 5}", r"\BLOCK{extends document}",
    r"\BLOCK{include 'a" + "\0" + "b'}", r"\BLOCK{include '..\..\x'}", r"\BLOCK{include '//etc/passwd'}", r"\BLOCK{import 5 as x}",
    r"\BLOCK{if 1}" * 400 + "x" + r"\BLOCK{endif}" * 400, r"\BLOCK{for i in range(9)}" * 30 + r"\BLOCK{endfor}" * 30,
    r"\VAR{" + "(" * 900 + "1" + ")" * 900 + "}", r"\VAR{" + "-" * 5000 + "1}", r"\VAR{1" + "+1" * 20_000 + "}", r"\VAR{" + "9" * 5000 + "}",
    r"\VAR{document" + ".x" * 5000 + "}", r"\VAR{'1e9999999'|exam_points}", r"\VAR{('\\frac{'*9000)|mathml}", r"\VAR{('{'*50000)|spoken}",
    r"\VAR{(1e308*10)|int}", r"\VAR{(2**64)**64}", r"\VAR{range(3)|random}", r"\VAR{{'a b':1}|xmlattr}", r"\VAR{'a'.encode('rot13')}",
]
"""Templates that ask for what there is none of."""


def filled(body: str, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "own.tex.j2").write_text(body)
    filling.cached_environment.cache_clear()
    with using(Budget(3, 500 << 20)), produce.within():
        return fill("own.tex.j2", {"document": {"items": (1, 2), "words": {"a": "b"}}}, (folder,))


@pytest.mark.parametrize("body", RUNS)
def test_nothing_runs_and_nothing_outside_is_read(body: str, secret: Path, project: Path) -> None:
    body = body.replace("SECRET", str(secret)).replace("RAN", str(project / "ran"))
    try:
        text = filled(body, project / "templates")
    except DeriveError:
        text = ""
    assert not (project / "ran").exists()
    assert SECRET not in text and "__" not in text and "<class" not in text and "module" not in text


@pytest.mark.parametrize("body", ENDLESS)
def test_what_has_no_end_is_ended(body: str, project: Path) -> None:
    started = time.process_time()
    with pytest.raises(DeriveError) as caught:
        filled(body, project / "templates")
    assert caught.value.code in ("template", "budget") and time.process_time() - started < 20


@pytest.mark.parametrize("body", WRONG)
def test_what_is_wrong_in_a_template_is_said(body: str, project: Path) -> None:
    with pytest.raises(DeriveError) as caught:
        filled(body, project / "templates")
    assert caught.value.code in ("template", "budget") and len(caught.value.render()) < 100_000


def test_a_link_in_the_folder_is_not_read_for_a_message(secret: Path, project: Path) -> None:
    from derive.pipeline.produce import in_template

    templates = project / "templates"
    templates.mkdir()
    secret.write_text(f"{SECRET} \\zzq\n")
    (templates / "a.j2").symlink_to(secret)
    (templates / "b.j2").symlink_to("/dev/zero")
    error = DeriveError("there is no command \\zzq (undefined control sequence \\zzq)", code="latex")
    assert SECRET not in in_template(error, (templates,)).render()


def test_a_template_reaches_plain_values_alone() -> None:
    seen: set[int] = set()
    kept: list[object] = []
    env = filling.environment()

    def crawl(value: object) -> None:
        if id(value) in seen or isinstance(value, (str, int, float, type(None))):
            return
        seen.add(id(value))
        kept.append(value)
        module = type(value).__module__
        ours = ("derive.documents.page.", "derive.notation.latex.boxes", "derive.notation.latex.text")
        assert module == "builtins" or module.startswith(ours), type(value)
        if isinstance(value, dict):
            value = tuple(value.values())
        if isinstance(value, (tuple, frozenset, set, list)):
            for part in value:
                crawl(part)
            return
        for name in dir(value):
            found = getattr(value, name)
            if not env.is_safe_attribute(value, name, found):
                continue
            if callable(found):
                assert isinstance(value, GeneratorType), (type(value), name)
            else:
                crawl(found)

    for file in ("cost-of-a-layer", "nested-logarithm", "folium"):
        subject = read((PROBLEMS / f"{file}.yaml").read_text(), "p.yaml", 1)
        for mode in MODES.values():
            crawl({"document": subject.document(mode, Settings(), Fit()), "mode": mode})
    assert len(kept) > 300


def test_a_link_out_of_the_folder_is_not_followed(secret: Path, project: Path) -> None:
    templates = project / "templates"
    templates.mkdir()
    (templates / "own.tex.j2").symlink_to(secret)
    filling.cached_environment.cache_clear()
    for act in (lambda: fill("own.tex.j2", {}, (templates,)), lambda: files((templates,))):
        with pytest.raises(DeriveError) as caught:
            act()
        assert caught.value.code == "outside" and SECRET not in caught.value.render()


def test_a_folder_that_holds_anything_is_no_folder_of_templates(project: Path) -> None:
    templates = project / "templates"
    templates.mkdir()
    (templates / "large.tex.j2").write_bytes(b"x" * 2_000_000)
    with pytest.raises(DeriveError, match="larger"):
        files((templates,))
    (templates / "large.tex.j2").unlink()
    for k in range(600):
        (templates / f"{k}.j2").touch()
    with pytest.raises(DeriveError, match="more than"):
        files((templates,))


def test_own_tex_needs_the_users_word_where_there_is_no_cell(project: Path, no_namespace: None) -> None:
    from dataclasses import replace

    from derive.documents.page.modes import MODES
    from derive.pipeline.project import load
    from derive.pipeline.render import render

    (project / "templates").mkdir()
    (project / "templates" / "own.tex.j2").write_text("x")
    (project / "problems" / "p.yaml").write_text("title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n")
    own = load()
    with pytest.raises(DeriveError, match="--trust-tex") as caught:
        render("problems/p.yaml", MODES["solutions"], own, True)
    assert caught.value.code == "untrusted-tex"
    assert render("problems/p.yaml", MODES["solutions"], own, False)
    trusted = replace(own, settings=replace(own.settings, trust_tex=True))
    assert render("problems/p.yaml", MODES["solutions"], trusted, True)
