"""No secret reaches the disk or the screen, from wherever a program has it, and comparisons stay honest.

A canary is a text that exists nowhere else. One whose place has a telling name (an option, a key, a variable) has no
form of its own; one that stands alone has the form of a well-known token. None of them is written out in the program:
it takes them from a table of hexadecimal digits, so that no file but the ones that are meant holds them.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
import signal
import string
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.conftest import SAMERUN, SOURCE, Box, commit_all, git, is_sentence, make_box

pytestmark = pytest.mark.faults

_LETTERS = string.ascii_letters + string.digits
_DRAW = random.Random(20)


def plain() -> str:
    """Return a secret without a known form."""
    return "Zq7" + "".join(_DRAW.choices(_LETTERS, k=23)) + "4x"


def formed() -> str:
    """Return a secret of a well-known form, put together here so that no scanner takes this file for a leak."""
    return "gh" + "p_" + "".join(_DRAW.choices(_LETTERS, k=36))


PLACES = {
    "a variable of a telling name, read": plain(),
    "a variable of a telling name, never read": plain(),
    "a variable of no telling name, read": formed(),
    "a variable of no telling name, never read": plain(),
    "a variable that libraries read natively": formed(),
    "a variable with an address, read": plain(),
    "a variable with odd letters, printed": plain() + '+/"\\&=%',
    "a search path of Python": formed(),
    "an option and its value": plain(),
    "an option with an equals sign": plain(),
    "a dotted override": plain(),
    "an address among the arguments": plain(),
    "a header among the arguments": plain(),
    "a JSON document among the arguments": plain(),
    "a tag": formed(),
    "an uncommitted change": plain(),
    "an uncommitted change of a configuration": plain(),
    "a line that was removed since the commit": plain(),
    "an untracked file": plain(),
    "an untracked script": formed(),
    "a committed file that is read": formed(),
    "a committed configuration without quotes": plain(),
    ".env, never read": plain(),
    ".env, read and printed": plain(),
    "a key file": plain(),
    "a notebook's output": formed(),
    "a YAML file that is read": plain(),
    "a JSON file that is read": plain(),
    "a TOML file that is read": plain(),
    "an INI file that is read": plain(),
    "a .netrc outside of the folder": plain(),
    "the name of the branch": formed(),
    "pyproject.toml": plain(),
    "the configuration given to samerun.run": plain(),
    "the summary": plain(),
    "text logged as a metric": formed(),
    "an artifact: a text": formed(),
    "an artifact: a dict": plain(),
    "an artifact: a file": formed(),
    "standard output": formed(),
    "standard output, by its name": plain(),
    "standard error": formed(),
    "a traceback that shows locals": plain(),
    "a warning's text": formed(),
    "two writes": formed(),
    "an unfinished last line": formed(),
    "a line of 100 KB": formed(),
    "a host's name": formed(),
    "a child's arguments": plain(),
    "an unseen child's arguments": plain(),
    "a process's own title": formed(),
    "an output: a text": formed(),
    "an output: JSON metrics": plain(),
    "an output: a known value in a binary file": plain(),
    "an output: a known value behind a megabyte": plain(),
    "an output: a notebook": formed(),
    "a fault that samerun reports": formed(),
}
"""Every place, and the canary that is put there."""

KNOWN = {
    "VAULT_TOKEN": "a variable of a telling name, read",
    "WANDB_API_KEY": "a variable of a telling name, never read",
    "ODD_SECRET": "a variable with odd letters, printed",
    "BINARY_PASSWORD": "an output: a known value in a binary file",
    "FAR_PASSWORD": "an output: a known value behind a megabyte",
}

PROGRAM = """
import ast, json, os, subprocess, sys, warnings
import samerun
C = {name: bytes.fromhex(text).decode() for name, text in json.load(open("canaries.hex")).items()}
os.environ.get("VAULT_TOKEN"); os.environ.get("MY_SETTING"); os.environ.get("DATABASE_URL")
os.environ.get("HOME")
print("odd:", os.environ["ODD_SECRET"], json.dumps(os.environ["ODD_SECRET"]))
from urllib.parse import quote
print("quoted:", quote(os.environ["ODD_SECRET"], safe=""))
for name in ("conf.yaml", "conf.json", "conf.toml", "conf.ini", "committed.txt", "committed.yaml", "settings.py",
             ".env", "pyproject.toml", os.path.expanduser("~/.netrc"), "id_rsa"):
    open(name).read()
print("the .env says", C[".env, read and printed"])
config = {"lr": 0.1, "api_key": C["the configuration given to samerun.run"], "num_tokens": 512}
with samerun.run("canary", config=config) as run:
    run.log({"loss": 0.5, "note": C["text logged as a metric"]}, step=0)
    run.summary["password"] = C["the summary"]
    run.artifact("here: " + C["an artifact: a text"], "text")
    run.artifact({"api_key": C["an artifact: a dict"]}, "dict")
    os.makedirs("../elsewhere", exist_ok=True)
    open("../elsewhere/held.txt", "w").write("token " + C["an artifact: a file"])
    run.artifact("../elsewhere/held.txt", "file.txt")
print("logged in with", C["standard output"])
print("password: " + C["standard output, by its name"])
print("and", C["standard error"], file=sys.stderr)
warnings.warn("bad token " + C["a warning's text"])
try:
    api_key = C["a traceback that shows locals"]
    raise ValueError("refused")
except ValueError:
    print("Traceback (most recent call last):\\n  locals:", {"api_key": api_key}, file=sys.stderr)
two = C["two writes"]
os.write(1, b"begun " + two[:20].encode()); os.write(1, two[20:].encode() + b" ended\\n")
long = C["a line of 100 KB"]
for place in range(0, 110_000, 1000):
    os.write(1, b"x" * 960 + b" " + (long.encode() if place == 65_000 else b"y" * 38) + b" ")
os.write(1, b"\\n")
import socket
try:
    socket.getaddrinfo(C["a host's name"] + ".invalid", 443)
except OSError:
    pass
subprocess.run([sys.executable, "-c", "pass", "--api-key", C["a child's arguments"]])
subprocess.run(["sh", "-c", "true", "--password=" + C["an unseen child's arguments"]])
subprocess.run([C["a process's own title"], "-c", "pass"], executable=sys.executable)
open("out.txt", "w").write("acc 0.5\\nwith " + C["an output: a text"])
json.dump({"acc": 0.5, "api_key": C["an output: JSON metrics"]}, open("metrics.json", "w"))
open("weights.bin", "wb").write(bytes(range(256)) + os.environ["BINARY_PASSWORD"].encode() + bytes(64))
open("big.txt", "w").write("1.0 2.0\\n" * 130_000 + os.environ["FAR_PASSWORD"] + "\\n")
cell = {"cell_type": "code", "source": [], "outputs": [{"text": [C["an output: a notebook"]]}]}
json.dump({"cells": [cell], "nbformat": 4}, open("done.ipynb", "w"))
json.dump({"acc": 0.5}, open("plain.json", "w"))
sys.stdout.write("last " + C["an unfinished last line"])
"""


@dataclass(frozen=True)
class Leak:
    """Where a canary was found."""

    place: str
    form: str
    where: str


def canary(place: str) -> str:
    return PLACES[place]


def variables() -> dict[str, str]:
    return {
        **{name: canary(place) for name, place in KNOWN.items()},
        "MY_SETTING": canary("a variable of no telling name, read"),
        "OTHER_SETTING": canary("a variable of no telling name, never read"),
        "HF_HEADERS": canary("a variable that libraries read natively"),
        "DATABASE_URL": f"postgres://me:{canary('a variable with an address, read')}@db.example.org/x",
    }


def arguments() -> list[str]:
    return [
        "--api-key", canary("an option and its value"),
        f"--token={canary('an option with an equals sign')}",
        f"wandb.api_key={canary('a dotted override')}",
        f"https://me:{canary('an address among the arguments')}@example.org/x",
        "-H", f"Authorization: Bearer {canary('a header among the arguments')}",
        json.dumps({"password": canary("a JSON document among the arguments")}),
        "--max-new-tokens", "5",
    ]  # fmt: skip


def lay_out(box: Box) -> None:
    """Put everything in its place, the committed first."""
    box.write("train.py", PROGRAM)
    box.write("canaries.hex", json.dumps({place: text.encode().hex() for place, text in PLACES.items()}))
    box.write("committed.txt", f"my token {canary('a committed file that is read')}\n")
    box.write("committed.yaml", f"lr: 0.1\napi_key: {canary('a committed configuration without quotes')}\n")
    box.write("settings.py", f"PASSWORD = '{canary('a line that was removed since the commit')}'\nLR = 1\n")
    box.write("tracked.yaml", "lr: 0.1\n")
    box.write("other.py", "x = 1\n")
    extra = f"https://me:{canary('pyproject.toml')}@example.org/simple"
    box.write("pyproject.toml", f'[project]\nname = "x"\n[tool.uv]\nindex-url = "{extra}"\n')
    commit_all(box)
    git(box, "checkout", "-q", "-b", f"try/{canary('the name of the branch')}")
    box.write("settings.py", "LR = 1\n")
    box.write("other.py", f"x = 1\nAPI_KEY = '{canary('an uncommitted change')}'\n")
    box.write("tracked.yaml", f"lr: 0.1\nauth_token: {canary('an uncommitted change of a configuration')}\n")
    box.write("notes.txt", f"api_key = '{canary('an untracked file')}'\n")
    box.write("scratch.py", f"login('{canary('an untracked script')}')\n")
    box.write(".env", f"A_TOKEN={canary('.env, never read')}\nexport B_KEY='{canary('.env, read and printed')}'\n"
                      f"MY_PASSWORD={canary('.env, read and printed')}\n")  # fmt: skip
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
    box.write("id_rsa", f"{begin}\n{canary('a key file')}\n{end}\n")
    cell = {"cell_type": "code", "source": [], "outputs": [{"text": [canary("a notebook's output")]}]}
    box.write("look.ipynb", json.dumps({"cells": [cell], "nbformat": 4}))
    box.write("conf.yaml", f"model:\n  lr: 0.1\n  api_key: {canary('a YAML file that is read')}\n")
    box.write("conf.json", json.dumps({"lr": 0.1, "password": canary("a JSON file that is read")}))
    box.write("conf.toml", f"lr = 0.1\nclient_secret = '{canary('a TOML file that is read')}'\n")
    box.write("conf.ini", f"[db]\npassword = {canary('an INI file that is read')}\n")
    home = Path(box.environment["HOME"])
    (home / ".netrc").write_text(f"machine x login me password {canary('a .netrc outside of the folder')}\n")


def leaks_in(where: str, data: bytes) -> list[Leak]:
    """Return every canary in ``data``, in each of its spellings."""
    found = []
    for place, text in PLACES.items():
        spellings = {"plain": text, "in a URL": quote(text, safe=""), "in JSON": json.dumps(text)[1:-1]}
        found += [Leak(place, form, where) for form, spelling in spellings.items() if spelling.encode() in data]
    return found


def leaks_below(folder: Path) -> list[Leak]:
    """Return every canary in the contents and the names of a folder's files."""
    paths = sorted(folder.rglob("*"))
    inside = [leak for path in paths if path.is_file() for leak in leaks_in(path.name, path.read_bytes())]
    return [*inside, *(leak for path in paths for leak in leaks_in("a name", str(path.relative_to(folder)).encode()))]


def base64_below(folder: Path) -> list[str]:
    """Return the places whose canary stands somewhere in base64: told apart, since nothing promises to find it."""
    data = b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return [place for place, text in PLACES.items() if base64.b64encode(text.encode()).rstrip(b"=") in data]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """Record the program once, and replay it."""
    top = tmp_path_factory.mktemp("secrets")
    box = make_box(top)
    box = box.with_variables(**variables(), PYTHONPATH=f"{box.environment['PYTHONPATH']}:/tmp/"
                             + canary("a search path of Python"))  # fmt: skip
    lay_out(box)
    done = box.samerun(
        "record", "-t", f"with {canary('a tag')}", "--", sys.executable, "-W", "default", "train.py", *arguments()
    )
    assert done.returncode == 0, done.stderr
    assert "not whole" not in done.stderr, done.stderr
    return box


def test_there_are_places_enough() -> None:
    assert len(PLACES) >= 50
    assert len(set(PLACES.values())) == len(PLACES)


def test_no_secret_reaches_the_store(recorded: Box) -> None:
    assert leaks_below(recorded.store) == []
    assert base64_below(recorded.store) == []


def test_the_search_finds_what_is_there(recorded: Box) -> None:
    places = {leak.place for leak in leaks_below(recorded.work)}
    assert {
        ".env, never read",
        "a key file",
        "an output: a text",
        "an output: a known value in a binary file",
    } <= places


def test_no_secret_is_shown(recorded: Box) -> None:
    recorded.samerun("record", "--", sys.executable, "train.py", *arguments())
    for command in (["ls"], ["show", "last"], ["show", "last", "--all"], ["diff", "last~1", "last"],
                    ["diff", "last~1", "last", "--all"]):  # fmt: skip
        for options in ([], ["--json"]):
            done = recorded.samerun(*command, *options)
            assert done.returncode in (0, 1), done.stderr
            assert leaks_in(" ".join(command), (done.stdout + done.stderr).encode()) == []


def test_a_replay_of_it_is_told_what_was_not_kept_and_leaves_nothing_either(recorded: Box) -> None:
    for options in ([], ["--json"]):
        done = recorded.samerun("replay", "last", *options)
        assert done.returncode in (0, 1), done.stderr
        assert leaks_in("replay", (done.stdout + done.stderr).encode()) == []
    notes = json.loads(done.stdout)["notes"]
    assert [note for note in notes if "was a secret and was not kept" in note], notes
    assert leaks_below(recorded.store) == []


def test_equal_spellings_have_one_mark(recorded: Box) -> None:
    printed = next(recorded.store.glob("train/*/logs/stdout.log")).read_text().splitlines()
    marks = {line.split(" ")[0]: re.findall("<redacted:[0-9a-f]{8}>", line) for line in printed}
    assert marks["odd:"][0] == marks["odd:"][1] == marks["quoted:"][0]


READS = """
import hashlib, os, sys, yaml
key = os.environ.get("MY_API_KEY", "")
conf = yaml.safe_load(open("conf.yaml"))
open("out.txt", "w").write(str(len(key)) + " acc 0.5")
"""


@pytest.fixture
def reader(box: Box) -> Box:
    box.write("train.py", READS)
    box.write("conf.yaml", f"lr: 0.1\npassword: {plain()}\n")
    return box.with_variables(MY_API_KEY=plain())


def changes(box: Box) -> set[tuple[str, str]]:
    return {(change["kind"], change["subject"]) for change in box.document("diff", "last~1", "last")["factors"]}


def test_equal_secrets_are_no_change(reader: Box) -> None:
    key = plain()
    for _ in range(2):
        assert reader.record("train.py", "--api-key", key).returncode == 0
    assert changes(reader) == set()


def test_each_changed_secret_is_a_change(reader: Box) -> None:
    reader.record("train.py", "--api-key", plain())
    reader.write("conf.yaml", f"lr: 0.1\npassword: {plain()}\n")
    other = reader.with_variables(MY_API_KEY=plain())
    other.record("train.py", "--api-key", plain())
    assert changes(other) == {
        ("arguments", "--api-key"), ("environment-variable", "MY_API_KEY"), ("config", "conf.yaml:password"),
    }  # fmt: skip


def test_a_replay_takes_the_secret_from_the_present_environment_and_the_present_file(reader: Box) -> None:
    reader.record("train.py")
    report = reader.document("replay", "last")
    assert (report["verdict"], report["notes"]) == ("identical", [])


def test_a_replay_says_which_variable_is_not_there(reader: Box) -> None:
    reader.record("train.py")
    report = reader.with_variables(MY_API_KEY=None).document("replay", "last")
    assert report["verdict"] == "different"
    assert [note for note in report["notes"] if "MY_API_KEY" in note and "secret" in note]


def test_a_replay_refuses_where_a_file_with_a_secret_has_changed(reader: Box) -> None:
    reader.record("train.py")
    text = (reader.work / "conf.yaml").read_text()
    reader.write("conf.yaml", text[:-2] + "Q\n")
    assert is_sentence(reader.samerun("replay", "last"), "conf.yaml", "secret")
    reader.write("conf.yaml", text)
    assert reader.document("replay", "last")["verdict"] == "identical"


def test_a_secret_file_outside_of_the_folder_is_no_obstacle(box: Box) -> None:
    netrc = Path(box.environment["HOME"]) / ".netrc"
    netrc.write_text(f"machine x login me password {plain()}\n")
    box.write("train.py", "import os\nopen('out.txt', 'w').write(open(os.path.expanduser('~/.netrc')).read()[:9])\n")
    box.record("train.py")
    assert box.document("replay", "last")["verdict"] == "identical"
    netrc.write_text("machine x")
    assert is_sentence(box.samerun("replay", "last"), ".netrc", "changed")


def test_a_committed_file_with_a_secret_is_no_obstacle(box: Box) -> None:
    secret = formed()
    box.write("train.py", "open('out.txt', 'w').write(open('committed.txt').read()[:2])\n")
    box.write("committed.txt", f"my token {secret}\n")
    commit_all(box)
    assert box.record("train.py").returncode == 0
    assert box.rows()[0]["problems"] == []
    assert box.document("replay", "last")["verdict"] == "identical"
    (box.work / "committed.txt").unlink()
    assert box.document("replay", "last")["verdict"] == "identical", "git has it still"
    assert secret.encode() not in everything(box.store)


def everything(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


REMOTES = {
    "a token alone": "https://{}@example.org/r.git",
    "a token as the name": "https://{}:x-oauth-basic@example.org/r.git",
    "a password": "https://me:{}@example.org/r.git",
    "a robot's token": "https://oauth2:{}@example.org/r.git",
    "in the query": "https://example.org/r.git?private_token={}",
    "in the fragment": "https://example.org/r.git#access_token={}",
    "with ssh": "ssh://me:{}@example.org/r.git",
    "percent-encoded": "https://me:%40{}@example.org/r.git",
}


@pytest.mark.parametrize("form", REMOTES)
def test_no_secret_of_a_remote_is_kept(form: str, box: Box) -> None:
    secret = plain()
    box.write("train.py", "print(1)\n")
    commit_all(box)
    git(box, "remote", "add", "origin", REMOTES[form].format(secret))
    assert box.record("train.py").returncode == 0
    remote = json.loads((box.folder() / "code" / "git_info.json").read_text())["remote"]
    assert "example.org/r.git" in remote
    assert secret.encode() not in everything(box.store)


STARTS_A_CHILD = """
import subprocess, sys, time
subprocess.run([sys.executable, '-c', 'pass', *sys.argv[1:]])
print('ready', flush=True)
time.sleep(60)
"""


def test_a_killed_recorder_leaves_no_secret_of_the_arguments(box: Box) -> None:
    secret, token = plain(), plain()
    box.write("train.py", STARTS_A_CHILD)
    box = box.with_variables(MY_TOKEN=token)
    command = [*SAMERUN, "record", "--", sys.executable, "train.py", "--password", secret, f"https://me:{token}@host/"]
    with subprocess.Popen(
        command, cwd=box.work, env=box.environment, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        os.killpg(child.pid, signal.SIGKILL)
    found = everything(box.store)
    assert secret.encode() not in found
    assert token.encode() not in found
    assert box.rows()[0]["status"] == "killed"


ORDINARY_NAMES = """
num_tokens n_tokens tokens max_tokens max_new_tokens min_new_tokens tokens_per_second tokens_per_batch tokens_seen
total_tokens train_tokens eval_tokens use_cls_token cls_token pad_token unk_token mask_token sep_token bos_token
eos_token pad_token_id eos_token_id bos_token_id special_tokens special_tokens_mask token_type_ids token_dim
token_dropout token_embedding tokenizer tokenizer_name tokenizer_path tokenizer_class tokenizer_fast
num_register_tokens register_tokens image_token image_token_id audio_token video_token num_image_tokens prefix_token
suffix_token_count token_mixer token_mixing token_merging token_pruning token_shift dist_token class_token
extra_tokens global_tokens latent_tokens query_tokens max_token_length token_length token_count token_level
token_labels token_weights token_accuracy key key_dim key_size key_length key_channels num_keys keys query_key_norm
qk_norm kv_heads num_key_value_heads key_bias key_padding_mask key_value_proj sort_key group_key primary_key
foreign_key partition_key cache_key_length join_key metric_key label_key image_key text_key target_key input_key
output_key state_key map_key monkey keyboard keypoints num_keypoints keypoint_loss keyframe keyframes keyword keywords
hotkey turkey whiskey password_length password_policy min_password_length has_password use_password passes num_passes
passthrough pass_rate bypass bypass_ratio compass passive passenger passenger_count author authors author_email
authority authentic num_authors co_authors secretary secret_name secret_sharing_count credentials_file credit_score
credit_limit accreditation use_auth auth_type auth_method require_auth auth_timeout signal signals sigma sigmoid sign
signature_length design designs significance signed assignment cookie_length session_length session_count session_name
sessions bear bearing bearings lr learning_rate batch_size epochs seed seeds dropout weight_decay momentum betas eps
warmup warmup_steps scheduler optimizer gamma alpha beta temperature top_k top_p hidden_size num_layers num_heads
ff_dim vocab_size context_length block_size grad_clip accumulate precision amp bf16 compile device num_workers
prefetch pin_memory shuffle augment resize crop mean std train_path val_path test_path data_dir output_dir log_dir
checkpoint resume name run_name experiment project group tags notes label_smoothing ema_decay clip_norm loss_scale
world_size rank local_rank node_rank master_port ckpt_path model backbone encoder decoder head neck loss criterion
metric monitor patience mode save_every eval_every log_every kernel_size stride padding dilation groups bias norm
activation pool width depth heads channels classes num_classes
"""
VALUES = (512, 0.1, True, "resnet50", "data/train-2024.csv", "cosine", [1, 2, 3], None, "gpt2-medium", "v1.2.3")


def test_ordinary_names_and_values_are_left_alone(box: Box) -> None:
    """None of the names is taken for a secret's: as a key, in YAML, as an option, as ``name=value`` and printed."""
    names = list(dict.fromkeys(ORDINARY_NAMES.split()))
    assert len(names) >= 250
    settings = {name: VALUES[number % len(VALUES)] for number, name in enumerate(names)}
    words = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    words += [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    words += [f"model.{name}={value}" for name, value in settings.items()]
    box.write("settings.json", json.dumps(settings))
    box.write("settings.yaml", "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items()))
    box.write("train.py", "import json, samerun\nsettings = json.load(open('settings.json'))\n"
                          "open('settings.yaml').read()\n"
                          "run = samerun.run('ordinary', config=settings)\n"
                          "for name, value in settings.items(): print(name, '=', value); print(f'{name}: {value}')\n"
                          "json.dump(settings, open('out.json', 'w'))\n")  # fmt: skip
    assert box.record("train.py", *words).returncode == 0
    shown = box.document("show", "last")
    redacted = [text for text in shown["command"] if "<redacted" in text]
    redacted += [key for key, value in shown["factors"]["config"].items() if "<redacted" in f"{key}{value}"]
    redacted += [
        line for line in (box.folder() / "logs" / "stdout.log").read_text().splitlines() if "<redacted" in line
    ]
    assert redacted == []
    # The program imports samerun, whose own module launch/secrets.py has a name that promises secrets.
    own = str(SOURCE / "samerun" / "launch" / "secrets.py")
    found = re.sub(re.escape(own.encode()) + rb'":\{[^}]*\}', b"", everything(box.store))
    assert re.findall(rb".{60}<redacted.{20}", found) == []
    assert [each for each in shown["not_captured"] if "secret" in each["why"] and each["what"] != own] == []


def test_ordinary_addresses_and_identifiers_are_left_alone(box: Box) -> None:
    texts = [
        "https://example.org/data/train.csv?split=train&version=3", "git@example.org:group/project.git",
        "s3://bucket/key/part-0001.parquet", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "20260101_120000_abc123",
        "123e4567-e89b-12d3-a456-426614174000", "ckpt-step00012000-loss0.1234.safetensors", "2026-01-01T12:00:00Z",
        "epoch=12-step=3400.ckpt", "--lr-schedule=cosine:0.1:1e-5", "someone@example.org", "sha256:" + "ab12" * 16,
    ]  # fmt: skip
    box.write(
        "train.py", "import sys\nprint(*sys.argv[1:], sep='\\n')\nopen('out.txt', 'w').write('\\n'.join(sys.argv))\n"
    )
    box.record("train.py", *texts)
    assert b"<redacted" not in everything(box.store)
