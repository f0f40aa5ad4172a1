"""Keras's way from files to batches, as the classic recipe has it."""
CLASSIC = {"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2,
           "zoom_range": 0.2, "horizontal_flip": True}


def generator(augment, **options):
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    return ImageDataGenerator(rescale=1.0 / 255, **(CLASSIC if augment else {}), **options)


def batches(images, folder, **options):
    return images.flow_from_directory(folder, target_size=(224, 224), batch_size=32, class_mode="categorical",
                                      **options)
