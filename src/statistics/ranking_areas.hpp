/// @file
/// How well the scores of one class tell its images from the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace graft {

/// Both NaN where they say nothing.
struct RankingAreas {
    double roc_auc = 0;            ///< scikit-learn's roc_auc_score; needs images of the class and others
    double average_precision = 0;  ///< scikit-learn's average_precision_score; needs images of the class
};

/// The images in order of a score, made once and asked often: a bootstrap only changes how often an image counts.
class ImageRanking {
public:
    /// @param score_of(i), is_of_class(i) of image i in [0, images); fewer than 2^30 images
    template <class Score, class IsOfClass>
    ImageRanking(std::size_t images, const Score& score_of, const IsOfClass& is_of_class) {
        std::vector<Row> rows(images);
        for (std::size_t i = 0; i < images; ++i)
            rows[i] = {score_of(i), static_cast<std::uint32_t>(i) | (is_of_class(i) ? kOfClass : 0)};
        rank(rows);
    }
    /// @param times how often each image counts
    [[nodiscard]] RankingAreas areas(std::span<const std::uint16_t> times) const;

private:
    struct Row {
        float score;
        std::uint32_t entry;
    };
    static constexpr std::uint32_t kOfClass = 1U << 31, kLastOfItsScore = 1U << 30, kImage = kLastOfItsScore - 1;

    void rank(std::vector<Row>& rows);

    std::vector<std::uint32_t> entries_;  // highest score first: the image, and the two marks
};

}  // namespace graft
