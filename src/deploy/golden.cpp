#include "deploy/golden.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "config/read.hpp"
#include "core/base64.hpp"
#include "core/hash.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "image/decode/decode.hpp"
#include "network/network_input.hpp"

namespace graft {

namespace {

constexpr std::size_t kSamples = 64;
constexpr std::int64_t kSmallSide = 64, kLargestSide = 512;  // pixels

/// The digest and the samples of `count` values.
template <class Value>
GoldenValues golden_values(const Value* values, std::size_t count) {
    GoldenValues golden{.sha256 = sha256({reinterpret_cast<const char*>(values), count * sizeof(Value)})};
    const std::size_t samples = std::min(kSamples, count);
    for (std::size_t i = 0; i < samples; ++i) golden.samples.push_back(static_cast<float>(values[i * count / samples]));
    return golden;
}

/// Coloured tiles whose transparency grows from left to right. [40,56] CV_8UC4, BGRA
cv::Mat transparent_tiles() {
    cv::Mat picture(40, 56, CV_8UC4);
    Rng rng = Rng::stream(0, "golden tiles");
    constexpr int kTile = 8;
    for (int y = 0; y < picture.rows; y += kTile)
        for (int x = 0; x < picture.cols; x += kTile) {
            const auto shade = [&] { return static_cast<double>(rng.below(256)); };
            const double blue = shade(), green = shade(), red = shade();
            picture(cv::Rect(x, y, kTile, kTile)) = cv::Scalar(blue, green, red, 255.0 - 4.0 * x);
        }
    return picture;
}

/// Discs on a ground that changes from corner to corner. [size,size] CV_8UC3, BGR
cv::Mat drawing(std::int64_t size) {
    const int side = static_cast<int>(size);
    cv::Mat picture(side, side, CV_8UC3);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
            picture.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(255 * x / side),
                                           static_cast<std::uint8_t>(255 * y / side),
                                           static_cast<std::uint8_t>(255 * (side - x) / side)};
    Rng rng = Rng::stream(0, "golden drawing");
    const auto below = [&](int bound) { return static_cast<int>(rng.below(static_cast<std::uint64_t>(bound))); };
    constexpr int kDiscs = 24;
    for (int i = 0; i < kDiscs; ++i) {
        const cv::Point centre(below(side), below(side));
        const int radius = side / 32 + below(side / 8);
        const cv::Scalar colour(below(256), below(256), below(256));
        cv::circle(picture, centre, radius, colour, cv::FILLED, cv::LINE_8);
    }
    return picture;
}

std::string encoded(const std::string& extension, const cv::Mat& picture) {
    std::vector<unsigned char> bytes;
    if (!cv::imencode(extension, picture, bytes)) throw Error(format_text("OpenCV cannot write {} files", extension));
    return {bytes.begin(), bytes.end()};
}

GoldenImage play(const std::string& name, std::string bytes, const Preprocessing& preprocessing,
                 const Forward& forward) {
    const cv::Mat rgb = decode_image(bytes, name);
    const at::Tensor input = to_network_input(resize_to_input(rgb, preprocessing));
    const at::Tensor outputs = forward(input).to(at::kFloat).contiguous();  // [1,K]
    const float* values = outputs.const_data_ptr<float>();
    return {name, std::move(bytes), golden_pixels(rgb), golden_input(input), {values, values + outputs.numel()}};
}

Json to_json(const GoldenValues& values) { return {{"sha256", values.sha256}, {"samples", values.samples}}; }

void describe(Fields& fields, GoldenValues& values) {
    fields.field(required("sha256"), values.sha256, "");
    describe_floats(fields, "samples", values.samples, {between(0, 255), 1, kSamples});
}

void expect_sha256(const char* key, const std::string& text) {
    if (text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos) return;
    throw DataError(
        format_text("/{}/sha256: expected 64 hexadecimal digits in lower case, got \"{}\"", key, printable(text)));
}

std::string decoded(const std::string& text) {
    try {
        return from_base64(text);
    } catch (const DataError& error) {
        throw DataError(format_text("/encoded: {}", error.what()));
    }
}

}  // namespace

void describe_floats(Fields& fields, const char* key, std::vector<float>& values, const ListLimits& limits) {
    std::vector<double> list(values.begin(), values.end());
    fields.field(required(key), list, "", limits);
    values.assign(list.begin(), list.end());
}

std::vector<GoldenImage> make_golden_images(const Preprocessing& preprocessing, const Forward& forward) {
    const std::int64_t larger = std::min(std::max(preprocessing.height, preprocessing.width) * 5 / 4, kLargestSide);
    std::vector<GoldenImage> images;
    images.push_back(play("tiles.png", encoded(".png", transparent_tiles()), preprocessing, forward));
    images.push_back(play("drawing.png", encoded(".png", drawing(kSmallSide)), preprocessing, forward));
    images.push_back(
        play("drawing.jpg", encoded(".jpg", drawing(std::max(larger, kSmallSide))), preprocessing, forward));
    return images;
}

GoldenValues golden_pixels(const cv::Mat& rgb) {
    const cv::Mat whole = rgb.isContinuous() ? rgb : rgb.clone();
    return golden_values(whole.data, whole.total() * whole.elemSize());
}

GoldenValues golden_input(const at::Tensor& input) {
    const at::Tensor whole = input.contiguous();
    return golden_values(whole.const_data_ptr<float>(), static_cast<std::size_t>(whole.numel()));
}

double difference(const GoldenValues& one, const GoldenValues& other) {
    if (one.sha256 == other.sha256) return 0;
    if (one.samples.size() != other.samples.size()) return 1;
    double largest = 1;
    for (std::size_t i = 0; i < one.samples.size(); ++i)
        largest = std::max(largest, std::abs(double{one.samples[i]} - double{other.samples[i]}));
    return largest / 255;
}

Json to_json(const GoldenImage& image, GoldenOutputs outputs) {
    return {{"name", image.name},
            {"encoded", base64(image.encoded)},
            {"pixels", to_json(image.pixels)},
            {"input", to_json(image.input)},
            {std::string(text_of(outputs)), image.outputs}};
}

GoldenImage golden_from_json(const Json& json, std::size_t count, GoldenOutputs outputs) {
    GoldenImage image;
    const auto problems = read_options(json, [&](Fields& fields) {
        fields.field(required("name"), image.name, "");
        fields.field(required("encoded"), image.encoded, "");
        fields.section(required("pixels"), image.pixels, "",
                       [](Fields& inner, auto& values) { describe(inner, values); });
        fields.section(required("input"), image.input, "",
                       [](Fields& inner, auto& values) { describe(inner, values); });
        const Limits limits = outputs == GoldenOutputs::probabilities ? between(0, 1) : Limits();
        describe_floats(fields, text_of(outputs).data(), image.outputs, {limits, count, count});
    });
    if (!problems.empty()) throw DataError(problems.front());
    expect_sha256("pixels", image.pixels.sha256);
    expect_sha256("input", image.input.sha256);
    image.encoded = decoded(image.encoded);
    return image;
}

}  // namespace graft
