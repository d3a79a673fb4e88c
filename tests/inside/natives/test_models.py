"""Models: the calls whose shapes differ. The real libraries are in the comparison with strace."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[..., dict[str, list[str]]]


def test_xgboost_names_data_by_a_uri(tell: Tell) -> None:
    fake = "class DMatrix:\n    def __init__(self, data, label=None): pass\nclass Booster: pass\n"
    told = tell("from xgboost.core import DMatrix\nDMatrix('a.svm?format=libsvm#cache'); DMatrix([[1.0]])",
                {"xgboost.core": fake}, ("a.svm",))  # fmt: skip
    assert told == {"read": ["a.svm"], "written": []}


def test_lightgbm_reads_what_lies_beside_the_data(tell: Tell) -> None:
    fake = "class Dataset:\n    def __init__(self, data, label=None): pass\nclass Booster: pass\n"
    program = "from lightgbm.basic import Dataset\nDataset('a.csv'); Dataset([[1.0]])"
    told = tell(program, {"lightgbm.basic": fake}, ("a.csv", "a.csv.weight", "b.csv.init"))
    assert told["read"] == ["a.csv", "a.csv.weight"]


def test_catboost(tell: Tell) -> None:
    fake = """
class Pool:
    def __init__(self, data, label=None): pass
class CatBoost:
    def save_model(self, fname, format="cbm"): pass
    def load_model(self, fname=None, format="cbm", stream=None, blob=None): pass
"""
    program = """
from catboost.core import CatBoost, Pool
Pool("train.tsv"); Pool([[1]]); CatBoost().save_model("m.cbm"); CatBoost().load_model("n.cbm")
CatBoost().load_model(blob=b"x")
"""
    told = tell(program, {"catboost.core": fake}, ("train.tsv", "n.cbm"))
    assert told == {"read": ["train.tsv", "n.cbm"], "written": ["m.cbm truncate"]}


def test_onnxruntime_takes_a_path_or_bytes(tell: Tell) -> None:
    name = "onnxruntime.capi.onnxruntime_inference_collection"
    fake = "class InferenceSession:\n    def __init__(self, path_or_bytes, sess_options=None): pass\n"
    told = tell(f"from {name} import InferenceSession as S\nS('m.onnx'); S(b'm.onnx')", {name: fake}, ("m.onnx",))
    assert told == {"read": ["m.onnx"], "written": []}


def test_faiss_and_tokenizers(tell: Tell) -> None:
    fakes = {
        "faiss": "def read_index(fname, flags=0): pass\ndef write_index(index, fname): pass\n",
        "tokenizers": (
            "class Tokenizer:\n    @staticmethod\n    def from_file(path): return Tokenizer()\n"
            "    def save(self, path, pretty=True): pass\n    def train(self, files, trainer=None): pass\n"
        ),
    }
    program = """
import faiss, tokenizers
faiss.read_index("i"); faiss.write_index(None, "j")
t = tokenizers.Tokenizer.from_file("t.json"); t.save("u.json"); t.train(["c1", "c2"])
"""
    told = tell(program, fakes, ("i", "t.json", "c1", "c2"))
    assert told == {"read": ["i", "t.json", "c1", "c2"], "written": ["j truncate", "u.json truncate"]}
