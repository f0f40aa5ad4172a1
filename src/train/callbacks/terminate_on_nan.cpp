/// @file
/// Ends training at the first batch whose loss is NaN or infinite.

#include <cmath>
#include <string>

#include "core/text.hpp"
#include "train/callback_table.hpp"

namespace graft {
namespace {

struct TerminateOnNanOptions {};

void describe(Fields&, TerminateOnNanOptions&) {}

class TerminateOnNan final : public Callback {
public:
    TerminateOnNan(const TerminateOnNanOptions&, const CallbackContext&) {}

    void on_batch_end(const BatchRecord& record, TrainControl& control) override {
        if (std::isfinite(record.loss)) return;
        // People count from 1, as the progress lines do.
        control.stop_training(
            format_text("terminate_on_nan: the loss is {} in epoch {}, batch {}; a smaller learning rate usually helps",
                        number_as_text(record.loss), record.epoch + 1, record.batch + 1));
    }
};

std::shared_ptr<Callback> build(const TerminateOnNanOptions& options, const CallbackContext& context) {
    return std::make_shared<TerminateOnNan>(options, context);
}

}  // namespace

CallbackRow terminate_on_nan_row() {
    return plugin_row<CallbackRow, TerminateOnNanOptions>("terminate_on_nan",
                                                          "Ends training at a loss that is NaN or infinite");
}

}  // namespace graft
