/** @file
 * graft for C and for every language that calls C: load a model, ask it about images. docs/examples/classify.py uses it
 * from Python's ctypes.
 *
 * - A function that can fail returns a graft_status. Unless that is GRAFT_DONE, graft_last_error() says what went wrong,
 *   and nothing was written to the caller's memory.
 * - No exception leaves the library.
 * - Text is UTF-8 and ends in a zero byte. A null pointer where a value is needed is GRAFT_WRONG_ARGUMENT.
 * - Every function may be called from any number of threads at once, also with the same predictor; only
 *   graft_predictor_free must be the last call with its predictor.
 *
 * The functions here stay as they are within a soname (docs/library.md). */
#ifndef GRAFT_GRAFT_H
#define GRAFT_GRAFT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define GRAFT_API __attribute__((visibility("default")))
#else
#define GRAFT_API
#endif
#ifdef __cplusplus
#define GRAFT_NOEXCEPT noexcept
extern "C" {
#else
#define GRAFT_NOEXCEPT
#endif

/** The numbers are those of the program's exit codes. */
typedef enum graft_status {
    GRAFT_DONE = 0,
    GRAFT_FAILED = 1,         /**< while it ran: not enough memory, an error inside LibTorch */
    GRAFT_WRONG_ARGUMENT = 2, /**< the call itself is wrong */
    GRAFT_UNUSABLE = 3        /**< the model or the image cannot be used as it is */
} graft_status;

/** The order of the three channels of a pixel. */
typedef enum graft_colour_order { GRAFT_RGB = 0, GRAFT_BGR = 1 } graft_colour_order;

/** A loaded model. */
typedef struct graft_predictor graft_predictor;

/** "0.2.0": of the library that runs. */
GRAFT_API const char* graft_version(void) GRAFT_NOEXCEPT;

/** Why the last failed call of the calling thread failed, or "". Valid until the thread's next call fails. */
GRAFT_API const char* graft_last_error(void) GRAFT_NOEXCEPT;

/** Loads a model.pt. *predictor is to be freed with graft_predictor_free. */
GRAFT_API graft_status graft_predictor_load(const char* model, graft_predictor** predictor) GRAFT_NOEXCEPT;
/** The same, where `device` says: "cpu"; "cuda" or "cuda:1", a GPU; "auto", a GPU where there is one. A device that is not
 *  there is GRAFT_WRONG_ARGUMENT, and graft_last_error() says what is missing. No GPU has ever run it (docs/gpu.md). */
GRAFT_API graft_status graft_predictor_load_on(const char* model, const char* device,
                                               graft_predictor** predictor) GRAFT_NOEXCEPT;
/** Frees a predictor. NULL is no error. */
GRAFT_API void graft_predictor_free(graft_predictor* predictor) GRAFT_NOEXCEPT;

/** What the model was taught, valid for ever; NULL for NULL. It says what the K values of an image are:
 *  - "classification": probabilities of the classes; their sum is 1
 *  - "multi_label": a probability for each class, each for itself
 *  - "regression": numbers, in the units of the data that the model was trained on
 * A later version may know more tasks. */
GRAFT_API const char* graft_predictor_task(const graft_predictor* predictor) GRAFT_NOEXCEPT;
/** The number K of values: of classes, or of a regression's numbers; 0 for NULL. */
GRAFT_API size_t graft_predictor_output_count(const graft_predictor* predictor) GRAFT_NOEXCEPT;
/** What a value is of, valid as long as the predictor; NULL when index >= K. */
GRAFT_API const char* graft_predictor_output_name(const graft_predictor* predictor, size_t index) GRAFT_NOEXCEPT;
/** Of "multi_label": an image has the class when its probability is at least this; else NaN. */
GRAFT_API float graft_predictor_threshold(const graft_predictor* predictor, size_t index) GRAFT_NOEXCEPT;
/** What graft_predictor_answer gives where the answer is "unknown". */
#define GRAFT_UNKNOWN ((size_t)-1)
/** Of "classification": the likeliest class, or GRAFT_UNKNOWN where the model's decision refuses an answer.
 * @param values as graft_predict_file and the others gave them
 * @param count K, or K + 1 with the distance behind the values, which a model needs that decides by it
 * @param index receives the index of the class, or GRAFT_UNKNOWN */
GRAFT_API graft_status graft_predictor_answer(const graft_predictor* predictor, const float* values, size_t count,
                                              size_t* index) GRAFT_NOEXCEPT;
/** The number of classes: K, or 0 for a regression and for NULL. */
GRAFT_API size_t graft_predictor_class_count(const graft_predictor* predictor) GRAFT_NOEXCEPT;
/** The name of a class, valid as long as the predictor; NULL when there is none of that number. */
GRAFT_API const char* graft_predictor_class_name(const graft_predictor* predictor, size_t index) GRAFT_NOEXCEPT;

/** What the model says of an image file (JPEG, PNG, BMP, WebP, TIFF, GIF).
 * @param values receives K numbers, in the order of the outputs; graft_predictor_task says what they are
 * @param count room in `values`: K, or of "classification" K + 1: then the last receives the image's distance to the
 *        training images, where the model decides by it, else NaN */
GRAFT_API graft_status graft_predict_file(const graft_predictor* predictor, const char* image, float* values,
                                          size_t count) GRAFT_NOEXCEPT;
/** The same for an encoded image in memory: `size` bytes. */
GRAFT_API graft_status graft_predict_encoded(const graft_predictor* predictor, const void* bytes, size_t size,
                                             float* values, size_t count) GRAFT_NOEXCEPT;
/** The same for pixels: `height` rows of `width` pixels of three bytes each.
 * @param stride bytes from the beginning of a row to that of the next one, at least 3 * width */
GRAFT_API graft_status graft_predict_pixels(const graft_predictor* predictor, const uint8_t* pixels, size_t width,
                                            size_t height, size_t stride, graft_colour_order order,
                                            float* values, size_t count) GRAFT_NOEXCEPT;

/** Tells LibTorch to use one thread for what the calling thread computes: for pools that classify in parallel. */
GRAFT_API graft_status graft_use_one_thread_here(void) GRAFT_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
