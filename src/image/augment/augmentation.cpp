#include "image/augment/augmentation.hpp"

#include <array>
#include <cassert>
#include <string_view>

#include "core/text.hpp"

namespace graft {
namespace {

constexpr double kLongestShift = 4096;  // pixels
constexpr double kLargestFactor = 10;

std::string text(const std::vector<double>& numbers) {
    std::vector<std::string> items;
    for (const double number : numbers) items.push_back(number_as_text(number));
    return "[" + joined(items) + "]";
}

void check_zoom(const std::vector<double>& zoom, std::vector<std::string>& problems) {
    const std::string found = "/augmentation/zoom_range: found " + text(zoom) + ", ";
    if (zoom.size() == 1 && !(zoom[0] >= 0 && zoom[0] < 1))
        problems.push_back(found + "a single number z means the factors 1-z to 1+z: allowed are 0 <= z < 1");
    else if (zoom.size() == 2 && !(zoom[0] > 0 && zoom[0] <= zoom[1]))
        problems.push_back(found + "two numbers are the lowest and the highest factor: allowed are 0 < low <= high");
    else if (zoom.empty() || zoom.size() > 2)
        problems.push_back(found + "allowed is one number z or [low, high]");
}

void check_brightness(const std::vector<double>& brightness, std::vector<std::string>& problems) {
    const std::string found = "/augmentation/brightness_range: found " + text(brightness) + ", ";
    if (!brightness.empty() && brightness.size() != 2)
        problems.push_back(found + "allowed is [low, high], or [] for no change");
    else if (brightness.size() == 2 && !(brightness[0] >= 0 && brightness[0] <= brightness[1]))
        problems.push_back(found + "allowed are 0 <= low <= high");
}

void check_operation(const OperationPlugin& operation, std::size_t place, std::vector<std::string>& problems) {
    const std::string pointer = format_text("/augmentation/operations/{}", place);
    const OperationRow* row = builtin_operations().find(operation.name());
    if (row != nullptr && row->takes_a_window && place > 0)
        problems.push_back(
            format_text("{}: {} cuts its part out of the picture before anything else is done to it: "
                        "it may only be the first of the list",
                        pointer, operation.name()));
    for (const std::string& problem : operation.contradictions()) problems.push_back(pointer + problem);
}

bool varies(FactorRange range) { return range.low != 1 || range.high != 1; }

}  // namespace

void describe(Fields& fields, AugmentationOptions& options) {
    const Limits shift = between(0, kLongestShift);
    fields.field("rotation_range", options.rotation_range, "Rotates by up to so many degrees.", between(0, 180));
    fields.field("width_shift_range", options.width_shift_range,
                 "Shifts along the width by up to this share (below 1) or so many pixels of the network's input.",
                 shift);
    fields.field("height_shift_range", options.height_shift_range,
                 "Shifts along the height by up to this share (below 1) or so many pixels of the network's input.",
                 shift);
    fields.field("shear_range", options.shear_range, "Shears by up to so many degrees.", from_below(0, 90));
    fields.field("zoom_range", options.zoom_range,
                 "Scales width and height each by a factor: z means 1-z to 1+z, two numbers lowest and highest. Below "
                 "1 magnifies.",
                 {between(0, kLargestFactor), 1, 2});
    fields.field("horizontal_flip", options.horizontal_flip, "Flips half of the views left to right.");
    fields.field("vertical_flip", options.vertical_flip, "Flips half of the views top to bottom.");
    fields.field("brightness_range", options.brightness_range,
                 "Lowest and highest factor on the values, cut at 255; empty: no change.",
                 {between(0, kLargestFactor), 0, 2});
    fields.field("channel_shift_range", options.channel_shift_range,
                 "Adds a number of up to this size, of either sign, within the range of the picture's values.",
                 between(0, 255));
    fields.choice("fill_mode", options.fill_mode,
                  "Beyond the edge: the `nearest` pixel, the mirror image (`reflect`), the picture again (`wrap`) or "
                  "`cval` (`constant`).");
    fields.field("cval", options.cval, "Value of all channels for `constant`.", between(0, 255));
    fields.list_of(
        "operations", options.operations, builtin_operations(),
        "What is done to a view after all this, in order; `random_resized_crop` stands first and comes before "
        "all this.");
}

std::vector<std::string> check_augmentation(const AugmentationOptions& options) {
    std::vector<std::string> problems;
    check_zoom(options.zoom_range, problems);
    check_brightness(options.brightness_range, problems);
    for (std::size_t i = 0; i < options.operations.size(); ++i) check_operation(options.operations[i], i, problems);
    return problems;
}

bool enabled(const AugmentationOptions& options) {
    return options.rotation_range > 0 || options.width_shift_range > 0 || options.height_shift_range > 0 ||
           options.shear_range > 0 || varies(zoom_factors(options)) || options.horizontal_flip ||
           options.vertical_flip || varies(brightness_factors(options)) || options.channel_shift_range > 0 ||
           !options.operations.empty();
}

FactorRange zoom_factors(const AugmentationOptions& options) {
    const std::vector<double>& zoom = options.zoom_range;
    assert(zoom.size() == 1 || zoom.size() == 2);
    if (zoom.size() == 1) return {1 - zoom[0], 1 + zoom[0]};
    return {zoom[0], zoom[1]};
}

FactorRange brightness_factors(const AugmentationOptions& options) {
    const std::vector<double>& brightness = options.brightness_range;
    assert(brightness.empty() || brightness.size() == 2);
    if (brightness.empty()) return {};
    return {brightness[0], brightness[1]};
}

}  // namespace graft
