"""Secrets are known by the forms that their issuers gave them; ordinary text has none."""

from __future__ import annotations

import pytest

from samerun.basics.secret_values import forms_in, mark_forms

# Put together here, so that no scanner takes this file for a leak.
A, D = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 4, "0123456789" * 8
FORMS = {
    "aws": "AKIA" + "ABCDEFGHIJKLMNOP",
    "github": "ghp_" + A[:36],
    "github fine": "github_pat_" + A[:40],
    "gitlab": "glpat-" + A[:20],
    "hugging face": "hf_" + A[:34],
    "openai": "sk-proj-" + A[:40],
    "anthropic": "sk-ant-api03-" + A[:40],
    "slack": "xoxb-" + D[:12] + "-" + A[:20],
    "google": "AIza" + A[:35],
    "google oauth": "ya29." + A[:40],
    "jwt": "eyJ" + A[:20] + ".eyJ" + A[:30] + "." + A[:20],
    "npm": "npm_" + A[:36],
    "pypi": "pypi-" + A[:60],
    "stripe": "sk_live_" + A[:24],
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "replicate": "r8_" + A[:37],
    "sendgrid": "SG." + A[:22] + "." + A[:43],
}
ORDINARY = (
    "epoch 12/90, loss 0.2341, acc 0.9123, lr 1.00e-04",
    "task-force-12-and-some-more-words-here risk-averse-models-of-2024",
    "from https://example.org/data?split=train&version=3 into data/train.csv",
    "git@github.com:someone/project.git and ssh://git@host/path",
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sk-learn-style-names hf_model gh_actions eyJust a word AKIA glance npm_config pypi-index",
    "me@example.org wrote to you@example.org",
)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("around", ["{}", "key: {}, next", '{{"x": "{}"}}', "https://host/?a={}&b=1", "({})"])
def test_a_form_is_found_wherever_it_stands(form: str, around: str) -> None:
    marked = mark_forms(around.format(form), lambda secret: "<mark>")
    assert form not in marked
    assert "<mark>" in marked


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mark_forms(text, lambda secret: "<mark>") == text
    assert list(forms_in(text)) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://me:pass@host/x",
        "https://TOKEN:x-oauth-basic@host",
        "https://TOKEN@host/x.git",
        "postgres://u:p%40@db:5432/x",
    ],
)
def test_the_user_part_of_a_url_is_a_secret(url: str) -> None:
    scheme, _, rest = url.partition("://")
    user, _, host = rest.rpartition("@")
    assert mark_forms(f"see {url} there", lambda secret: "<mark>") == f"see {scheme}://<mark>@{host} there"
    assert list(forms_in(url)) == [user]


def test_a_private_key_is_one_secret() -> None:
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
    text = f"before\n{begin}\nMIIE\nabc\n{end}\nafter"
    assert mark_forms(text, lambda secret: "<mark>") == "before\n<mark>\nafter"
    assert mark_forms(f"{begin}\nMIIE", lambda secret: "<mark>") == "<mark>"
