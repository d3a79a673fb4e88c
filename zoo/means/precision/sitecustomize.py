"""The program cannot allow products with fewer bits."""

import sys


class _Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch._C._autograd" or "torch" not in sys.modules:
            return None
        torch = sys.modules["torch"]
        if hasattr(torch, "set_float32_matmul_precision"):
            torch.set_float32_matmul_precision = lambda precision: None
            sys.meta_path.remove(self)
        return None


sys.meta_path.insert(0, _Watch())
