"""The classic recipe as a Keras user writes it: frozen ResNet-50 (random weights), 512 + softmax, both callbacks.

usage: recipe_keras.py --data FOLDER [--epochs N]      FOLDER has train/CLASS and test/CLASS
"""
import argparse
import os
import time

from result import print_result


def build(classes):
    from tensorflow import keras

    base = keras.applications.ResNet50(include_top=False, weights=None, input_shape=(224, 224, 3))
    for layer in base.layers:
        layer.trainable = False
    x = keras.layers.GlobalAveragePooling2D()(base.output)
    x = keras.layers.Dense(512, activation="relu")(x)
    model = keras.models.Model(base.input, keras.layers.Dense(classes, activation="softmax")(x))
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def measure(arguments):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from tensorflow import keras

    from keras_images import batches, generator

    seconds = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.start)

    augmented = generator(True, validation_split=0.2)
    train = batches(augmented, os.path.join(arguments.data, "train"), subset="training", seed=1)
    validation = batches(augmented, os.path.join(arguments.data, "train"), subset="validation", seed=1)
    test = batches(generator(False), os.path.join(arguments.data, "test"), shuffle=False)
    model = build(train.num_classes)
    model.fit(train, validation_data=validation, epochs=arguments.epochs, verbose=0, callbacks=[
        Clock(), keras.callbacks.EarlyStopping(monitor="val_loss", patience=arguments.patience),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=2)])
    return {"epoch_seconds": seconds, "accuracy": float(model.evaluate(test, verbose=0)[1])}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--patience", type=int, default=3, help="of early stopping")
    arguments = parser.parse_args()
    print_result(lambda: measure(arguments))


if __name__ == "__main__":
    main()
