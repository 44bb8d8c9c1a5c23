"""Look for the settings with which a linear model learns to tell two kinds of measurements apart."""

import numpy
import optuna
from sklearn.linear_model import SGDClassifier

SIZES = {"samples": (500, 2000, 8000)}

EPOCHS = 30


def prepare(device: str, samples: int = 2000) -> tuple[numpy.ndarray, numpy.ndarray]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    generator = numpy.random.default_rng(0)
    measurements = generator.normal(size=(samples, 50))
    noise = generator.normal(scale=2.0, size=samples)
    return measurements, (measurements @ generator.normal(size=50) + noise > 0).astype(int)


def work(measurements: numpy.ndarray, kinds: numpy.ndarray) -> float:
    def objective(trial: optuna.Trial) -> float:
        model = SGDClassifier(
            loss=trial.suggest_categorical("loss", ["hinge", "log_loss", "perceptron"]),
            alpha=trial.suggest_float("alpha", 1e-6, 1e-1, log=True),
            random_state=0,
        )
        score = 0.0
        for epoch in range(EPOCHS):
            model.partial_fit(measurements[::2], kinds[::2], classes=[0, 1])
            score = model.score(measurements[1::2], kinds[1::2])
            trial.report(score, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return score

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(objective, n_trials=30)
    return study.best_value


def quality(result: float) -> float:
    return float(result)
