/// Changes of colour that some of the views get, as torchvision's RandomAutocontrast, RandomEqualize, RandomInvert,
/// RandomGrayscale, RandomPosterize, RandomSolarize and RandomAdjustSharpness.
#include "image/augment/adjustments.hpp"
#include "image/augment/operation.hpp"

namespace graft {
namespace {

void describe_share(Fields& fields, double& p) { fields.field("p", p, "Share of the views.", between(0, 1)); }

/// In a share of the views.
template <class Change>
Operation in_a_share(double p, Change change) {
    return PictureOperation([p, change](const cv::Mat& rgb, Rng& rng) { return rng.bernoulli(p) ? change(rgb) : rgb; });
}

struct Autocontrast {
    double p = 0.5;
};
void describe(Fields& fields, Autocontrast& options) { describe_share(fields, options.p); }
Operation build(const Autocontrast& options, const OperationContext&) { return in_a_share(options.p, auto_contrasted); }

struct Equalize {
    double p = 0.5;
};
void describe(Fields& fields, Equalize& options) { describe_share(fields, options.p); }
Operation build(const Equalize& options, const OperationContext&) { return in_a_share(options.p, equalized); }

struct Invert {
    double p = 0.5;
};
void describe(Fields& fields, Invert& options) { describe_share(fields, options.p); }
Operation build(const Invert& options, const OperationContext&) { return in_a_share(options.p, inverted); }

struct Grayscale {
    double p = 0.1;
};
void describe(Fields& fields, Grayscale& options) { describe_share(fields, options.p); }
Operation build(const Grayscale& options, const OperationContext&) { return in_a_share(options.p, greyscale); }

struct Posterize {
    double p = 0.5;
    std::int64_t bits = 4;
};
void describe(Fields& fields, Posterize& options) {
    describe_share(fields, options.p);
    fields.field("bits", options.bits, "Highest bits of each value that are kept.", between(1, 8));
}
Operation build(const Posterize& options, const OperationContext&) {
    const int bits = static_cast<int>(options.bits);
    return in_a_share(options.p, [bits](const cv::Mat& rgb) { return posterized(rgb, bits); });
}

struct Solarize {
    double p = 0.5;
    double threshold = 128;
};
void describe(Fields& fields, Solarize& options) {
    describe_share(fields, options.p);
    fields.field("threshold", options.threshold, "Values from this one on are inverted.", between(0, 255));
}
Operation build(const Solarize& options, const OperationContext&) {
    const double threshold = options.threshold;
    return in_a_share(options.p, [threshold](const cv::Mat& rgb) { return solarized(rgb, threshold); });
}

struct AdjustSharpness {
    double p = 0.5;
    double sharpness_factor = 2;
};
void describe(Fields& fields, AdjustSharpness& options) {
    constexpr double largest = 10;
    describe_share(fields, options.p);
    fields.field("sharpness_factor", options.sharpness_factor, "0 smooths, 1 changes nothing, 2 sharpens.",
                 between(0, largest));
}
Operation build(const AdjustSharpness& options, const OperationContext&) {
    const double factor = options.sharpness_factor;
    return in_a_share(options.p, [factor](const cv::Mat& rgb) { return with_sharpness(rgb, factor); });
}

}  // namespace

OperationRow random_autocontrast_row() {
    return plugin_row<OperationRow, Autocontrast>(
        "random_autocontrast", "Stretches each channel from its lowest and highest value to 0 and 255");
}
OperationRow random_equalize_row() {
    return plugin_row<OperationRow, Equalize>("random_equalize", "Makes each channel's histogram even");
}
OperationRow random_posterize_row() {
    return plugin_row<OperationRow, Posterize>("random_posterize", "Keeps the highest bits of each value");
}
OperationRow random_solarize_row() {
    return plugin_row<OperationRow, Solarize>("random_solarize", "Inverts the values from a threshold on");
}
OperationRow random_adjust_sharpness_row() {
    return plugin_row<OperationRow, AdjustSharpness>("random_adjust_sharpness", "Sharpens or smooths");
}
OperationRow random_invert_row() { return plugin_row<OperationRow, Invert>("random_invert", "Inverts all values"); }
OperationRow random_grayscale_row() {
    return plugin_row<OperationRow, Grayscale>("random_grayscale", "Takes the colour away");
}

}  // namespace graft
