/// @file
/// Random variation of training pictures: what is allowed to vary, and by how much. Names and ranges are those of
/// Keras's ImageDataGenerator, those of the operations behind them torchvision's.
#pragma once

#include <string>
#include <vector>

#include "config/fields.hpp"
#include "image/augment/operation.hpp"

namespace graft {

/// What lies beyond the edge of a picture whose pixels are `a b c d`.
enum class FillMode {
    nearest,   ///< a a a | a b c d | d d d
    reflect,   ///< c b a | a b c d | d c b
    wrap,      ///< b c d | a b c d | a b c: the first and the last pixel fall together, as in SciPy's `wrap`
    constant,  ///< cval
};
template <>
inline constexpr auto enum_names<FillMode> = std::to_array<std::string_view>({"nearest", "reflect", "wrap",
                                                                              "constant"});

/// The ranges that views are drawn from; the defaults vary nothing. Every draw is uniform.
struct AugmentationOptions {
    double rotation_range = 0;             ///< degrees, 0..180: turned by -range..range
    double width_shift_range = 0;          ///< along the width: below 1 a share of it, from 1 on pixels
    double height_shift_range = 0;         ///< along the height: below 1 a share of it, from 1 on pixels
    double shear_range = 0;                ///< degrees, 0..90: sheared by -range..range
    std::vector<double> zoom_range = {0};  ///< {z}: 1-z..1+z; {low, high}: factors; below 1 magnifies; per axis
    bool horizontal_flip = false;          ///< left and right exchanged in half of the views
    bool vertical_flip = false;            ///< top and bottom exchanged in half of the views
    std::vector<double> brightness_range;  ///< {low, high}: factors on the values; {}: as it is
    double channel_shift_range = 0;        ///< 0..255: one number from -range..range added to all channels
    FillMode fill_mode = FillMode::nearest;
    double cval = 0;                          ///< 0..255, the value of all channels for FillMode::constant
    std::vector<OperationPlugin> operations;  ///< what follows all this, in this order
};

void describe(Fields& fields, AugmentationOptions& options);

/// What `describe` cannot say of one field alone. Each problem is `"/augmentation/<key>: <what is wrong>"`.
[[nodiscard]] std::vector<std::string> check_augmentation(const AugmentationOptions& options);

/// Whether views of one picture can differ at all.
[[nodiscard]] bool enabled(const AugmentationOptions& options);

/// The lowest and the highest factor of a drawn quantity.
struct FactorRange {
    double low = 1, high = 1;
};
[[nodiscard]] FactorRange zoom_factors(const AugmentationOptions& options);
[[nodiscard]] FactorRange brightness_factors(const AugmentationOptions& options);

}  // namespace graft
