"""A Hydra application: the configuration is composed from conf/, results go to Hydra's own output folder."""
import logging
import os
from pathlib import Path

import hydra
import numpy as np
from omegaconf import DictConfig, OmegaConf
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score

log = logging.getLogger(__name__)


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg: DictConfig) -> None:
    log.info("configuration:\n%s", OmegaConf.to_yaml(cfg))
    X, y = load_digits(return_X_y=True)
    model = SGDClassifier(alpha=cfg.model.alpha, penalty=cfg.model.penalty, random_state=cfg.seed)
    scores = cross_val_score(model, X / 16.0, y, cv=cfg.folds)
    output = Path(hydra.core.hydra_config.HydraConfig.get().runtime.output_dir)
    np.savetxt(output / "scores.csv", scores, delimiter=",", header="score")
    log.info("mean score %.4f (in %s)", scores.mean(), os.path.relpath(output))


if __name__ == "__main__":
    main()
