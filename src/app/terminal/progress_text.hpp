/// @file
/// Progress in words and as a bar.
#pragma once

#include <cstddef>
#include <string>

namespace graft {

/// How far a phase of work has come.
struct Progress {
    std::string phase, unit, detail;
    std::size_t done = 0, total = 0;
    double seconds = 0;       ///< since the phase began
    std::size_t earlier = 0;  ///< of `done`, what was finished before it began
};

/// " 62 %  992/1600 images  1,234 images/s  0:07 left  loss 0.3113"; what is not known yet is left out.
[[nodiscard]] std::string progress_text(const Progress& progress);

/// A bar of `cells` columns of which `share`, in [0, 1], is filled.
[[nodiscard]] std::string progress_bar(double share, std::size_t cells, bool unicode);

/// The part of the phase that is done, in [0, 1].
[[nodiscard]] double share_done(const Progress& progress);

/// "0:07", "12:34", "1:02:03".
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace graft
