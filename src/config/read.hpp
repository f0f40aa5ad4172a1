/// @file
/// Reading options from JSON, writing them back, and describing them: the four visitors of config/fields.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/fields.hpp"
#include "config/json.hpp"

namespace graft {

/// Visits the options struct at hand with the given visitor; usually `[&](Fields& f) { describe(f, options); }`.
using Describe = std::function<void(Fields&)>;

/// Fills the described options from `document`. Returns every problem found, each
/// `"/pointer: what is wrong; what is allowed"`; empty when all is well.
[[nodiscard]] std::vector<std::string> read_options(const Json& document, const Describe& describe);

/// The described options with their present values, defaults included.
[[nodiscard]] Json write_options(const Describe& describe);

/// A JSON Schema (draft 2020-12) of the described options, with their present values as defaults.
[[nodiscard]] Json schema_of(const Describe& describe, const std::string& title);

/// A Markdown table per object, under a heading of its own except for the outermost: key, what is allowed, default,
/// meaning. Rows of objects and of named kinds link to the tables of those.
[[nodiscard]] std::string markdown_of(const Describe& describe);

/// The fields in which options differ from the defaults: what caches and checkpoints know a run by. A new field with a
/// default changes nothing in it. Of a kind of a table, its name and what differs from the kind's own defaults.
/// @param describe_defaults visits the same fields of options that have the defaults
[[nodiscard]] Json write_differences(const Describe& describe, const Describe& describe_defaults);

}  // namespace graft
