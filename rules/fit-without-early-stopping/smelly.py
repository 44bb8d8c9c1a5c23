"""Train a small classifier on noisy labels and report its accuracy on held-out data."""

import keras
import numpy


def make_points(count: int, seed: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Points of two classes, one label in five wrong: (count, 20) and (count,)."""
    rng = numpy.random.default_rng(seed)
    points = rng.normal(size=(count, 20)).astype("float32")
    labels = (points[:, :5].sum(axis=1) > 0) ^ (rng.random(count) < 0.2)
    return points, labels.astype("int32")


def prepare(device: str) -> tuple[numpy.ndarray, ...]:
    return *make_points(1024, seed=1), *make_points(512, seed=2)


def work(
    points: numpy.ndarray, labels: numpy.ndarray, held_out: numpy.ndarray, held_out_labels: numpy.ndarray
) -> float:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        points,
        labels,
        batch_size=128,
        epochs=40,
        validation_data=(held_out, held_out_labels),
        verbose=0,
    )
    told = model.predict(held_out, batch_size=512, verbose=0).argmax(axis=1)
    return float((told == held_out_labels).mean())


def quality(result: float) -> float:
    """Accuracy on the held-out points."""
    return result
