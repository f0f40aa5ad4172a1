// graft/graft.h: the predictor without C++. Every function is a call of the C++ interface inside of `guarded`.
#include <algorithm>
#include <limits>
#include <new>
#include <opencv2/core.hpp>
#include <span>
#include <string>

#include "core/ranking.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/threads.hpp"
#include "graft/core/version.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/graft.h"

struct graft_predictor {
    graft::Predictor predictor;
};

namespace graft {
namespace {

/// The text of the calling thread's last error. When even that finds no memory, the text stays what it was.
std::string& last_error() {
    thread_local std::string text;
    return text;
}

graft_status refuse(graft_status status, const char* what) noexcept {
    try {
        last_error() = what;
    } catch (...) {  // there is no memory for the text: the status alone has to tell
    }
    return status;
}

/// The call itself is wrong.
class WrongArgument : public std::exception {
public:
    explicit WrongArgument(std::string message) : message_(std::move(message)) {}
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    std::string message_;
};

/// Runs a call; whatever it throws becomes a status and a text.
template <class Call>
graft_status guarded(const Call& call) noexcept {
    try {
        call();
        return GRAFT_DONE;
    } catch (const WrongArgument& error) {
        return refuse(GRAFT_WRONG_ARGUMENT, error.what());
    } catch (const ConfigError& error) {
        return refuse(GRAFT_WRONG_ARGUMENT, error.what());
    } catch (const DataError& error) {
        return refuse(GRAFT_UNUSABLE, error.what());
    } catch (const Error& error) {
        return refuse(GRAFT_FAILED, error.what());
    } catch (const std::bad_alloc&) {
        return refuse(GRAFT_FAILED, "there is not enough memory");
    } catch (const std::exception& error) {
        try {
            return refuse(GRAFT_FAILED, cause_in(error.what()).c_str());
        } catch (...) {
            return refuse(GRAFT_FAILED, "there is not enough memory");
        }
    } catch (...) {
        return refuse(GRAFT_FAILED, "an exception of an unknown kind");
    }
}

void expect_given(const void* pointer, const char* name) {
    if (pointer == nullptr) throw WrongArgument(std::string(name) + " is NULL");
}

/// K numbers are the values; one more, where an image has one class, is the distance.
void expect_count(std::size_t count, const Predictor& predictor) {
    const std::size_t outputs = predictor.outputs().size();
    const bool with_distance = predictor.task() == "classification" && count == outputs + 1;
    if (count != outputs && !with_distance)
        throw WrongArgument(format_text("count is {}, but the model has {} {}", count, outputs,
                                        predictor.classes().empty() ? "targets" : "classes"));
}

/// Computes and writes the result, once it is complete.
template <class Compute>
graft_status predict(const graft_predictor* predictor, float* values, std::size_t count,
                     const Compute& compute) noexcept {
    return guarded([&] {
        expect_given(predictor, "predictor");
        expect_given(values, "values");
        expect_count(count, predictor->predictor);
        const Prediction prediction = compute(predictor->predictor);
        const auto end = std::ranges::copy(prediction.values, values).out;
        if (count > prediction.values.size())
            *end = prediction.distance.value_or(std::numeric_limits<float>::quiet_NaN());
    });
}

/// [height,width] CV_8UC3 over the caller's pixels.
cv::Mat picture_of(const uint8_t* pixels, std::size_t width, std::size_t height, std::size_t stride) {
    expect_given(pixels, "pixels");
    constexpr std::size_t kLongest = std::numeric_limits<int>::max() / 4;
    if (width == 0 || height == 0 || width > kLongest || height > kLongest)
        throw WrongArgument(
            format_text("the picture is {}x{} pixels: expected 1 to {} each way", width, height, kLongest));
    if (stride < 3 * width)
        throw WrongArgument(format_text("stride is {}, less than the {} bytes of a row", stride, 3 * width));
    // OpenCV takes pixels it may write to; the predictor only reads.
    return {static_cast<int>(height), static_cast<int>(width), CV_8UC3, const_cast<uint8_t*>(pixels), stride};
}

}  // namespace
}  // namespace graft

using graft::expect_given;

const char* graft_version(void) noexcept { return graft::version_text().data(); }  // a literal

const char* graft_last_error(void) noexcept { return graft::last_error().c_str(); }

graft_status graft_predictor_load(const char* model, graft_predictor** predictor) noexcept {
    return graft::guarded([&] {
        expect_given(model, "model");
        expect_given(predictor, "predictor");
        *predictor = new graft_predictor{graft::Predictor(model)};
    });
}

graft_status graft_predictor_load_on(const char* model, const char* device, graft_predictor** predictor) noexcept {
    return graft::guarded([&] {
        expect_given(model, "model");
        expect_given(device, "device");
        expect_given(predictor, "predictor");
        *predictor = new graft_predictor{graft::Predictor(model, {.device = device})};
    });
}

void graft_predictor_free(graft_predictor* predictor) noexcept { delete predictor; }

size_t graft_predictor_class_count(const graft_predictor* predictor) noexcept {
    return predictor == nullptr ? 0 : predictor->predictor.classes().size();
}

const char* graft_predictor_class_name(const graft_predictor* predictor, size_t index) noexcept {
    if (index >= graft_predictor_class_count(predictor)) return nullptr;
    return predictor->predictor.classes()[index].c_str();
}

const char* graft_predictor_task(const graft_predictor* predictor) noexcept {
    return predictor == nullptr ? nullptr : predictor->predictor.task().data();  // a literal
}

size_t graft_predictor_output_count(const graft_predictor* predictor) noexcept {
    return predictor == nullptr ? 0 : predictor->predictor.outputs().size();
}

const char* graft_predictor_output_name(const graft_predictor* predictor, size_t index) noexcept {
    if (index >= graft_predictor_output_count(predictor)) return nullptr;
    return predictor->predictor.outputs()[index].c_str();
}

float graft_predictor_threshold(const graft_predictor* predictor, size_t index) noexcept {
    if (predictor == nullptr || index >= predictor->predictor.thresholds().size())
        return std::numeric_limits<float>::quiet_NaN();
    return predictor->predictor.thresholds()[index];
}

graft_status graft_predictor_answer(const graft_predictor* predictor, const float* values, size_t count,
                                    size_t* index) noexcept {
    return graft::guarded([&] {
        expect_given(predictor, "predictor");
        expect_given(values, "values");
        expect_given(index, "index");
        const graft::Predictor& loaded = predictor->predictor;
        if (loaded.task() != "classification")
            throw graft::WrongArgument(graft::format_text("the model is of {}, not of classification", loaded.task()));
        graft::expect_count(count, loaded);
        const std::span<const float> probabilities(values, loaded.outputs().size());
        const bool has_distance = count > probabilities.size();
        if (loaded.decision().max_distance && !has_distance)
            throw graft::WrongArgument(graft::format_text(
                "the model answers by distance too: ask it for {} numbers, the last of which is the distance",
                probabilities.size() + 1));
        const bool answers = has_distance ? loaded.decision().answers(probabilities, values[count - 1])
                                          : loaded.decision().answers(probabilities);
        *index = answers ? graft::top_indices(probabilities, 1).front() : GRAFT_UNKNOWN;
    });
}

graft_status graft_predict_file(const graft_predictor* predictor, const char* image, float* values,
                                size_t count) noexcept {
    return graft::predict(predictor, values, count, [&](const graft::Predictor& loaded) {
        expect_given(image, "image");
        return loaded.prediction_of_file(image);
    });
}

graft_status graft_predict_encoded(const graft_predictor* predictor, const void* bytes, size_t size, float* values,
                                   size_t count) noexcept {
    return graft::predict(predictor, values, count, [&](const graft::Predictor& loaded) {
        expect_given(bytes, "bytes");
        return loaded.prediction_of_encoded({static_cast<const char*>(bytes), size}, "the image");
    });
}

graft_status graft_predict_pixels(const graft_predictor* predictor, const uint8_t* pixels, size_t width, size_t height,
                                  size_t stride, graft_colour_order order, float* values, size_t count) noexcept {
    return graft::predict(predictor, values, count, [&](const graft::Predictor& loaded) {
        if (order != GRAFT_RGB && order != GRAFT_BGR)
            throw graft::WrongArgument(
                graft::format_text("order is {}: expected GRAFT_RGB or GRAFT_BGR", static_cast<int>(order)));
        const cv::Mat picture = graft::picture_of(pixels, width, height, stride);
        return loaded.prediction_of_pixels(picture,
                                           order == GRAFT_RGB ? graft::ColourOrder::rgb : graft::ColourOrder::bgr);
    });
}

graft_status graft_use_one_thread_here(void) noexcept { return graft::guarded(graft::use_one_thread_here); }
