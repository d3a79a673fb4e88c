"""Powers of a matrix."""

import json
import os

import torch

torch.backends.cuda.matmul.allow_tf32 = True


def main():
    generator = torch.Generator().manual_seed(3)
    matrix = (torch.randn(256, 256, generator=generator) / 16).cuda()
    state = torch.eye(256, device="cuda")
    # a chain of products
    for _ in range(6):
        state = state @ matrix
    print(os.environ.get("PRODUCT_LABEL", "day"))
    with open("state.json", "w") as file:
        json.dump({"norm": state.norm().item(), "first": state[0, :4].tolist()}, file)


if __name__ == "__main__":
    main()
