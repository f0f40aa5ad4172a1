/// @file
/// What Keras's callbacks did, from golden/callback_traces.json (written by golden/callback_traces.py).
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "train/fake_control.hpp"

namespace graft {

struct CallbackTrace {
    Json options;
    std::vector<double> values;
    Json expected;  ///< the whole case
};

inline std::vector<CallbackTrace> keras_traces(const std::string& callback) {
    const Json golden = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "callback_traces.json");
    std::vector<CallbackTrace> traces;
    for (const Json& entry : golden.at(callback)) {
        CallbackTrace trace{entry.at("options"), {}, entry};
        trace.options["monitor"] = "watched";
        for (const Json& value : entry.at("values"))
            trace.values.push_back(value.is_null() ? std::nan("") : value.get<double>());
        traces.push_back(trace);
    }
    return traces;
}

inline CallbackContext traced_run() { return {{}, {{"watched", Direction::min}}, "/callbacks/0"}; }

}  // namespace graft
