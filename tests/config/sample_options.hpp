/// @file
/// Options with a field of every kind, for the tests of reading, writing and describing.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/read.hpp"

namespace graft::testing {

enum class Colour { red, green, blue };

}  // namespace graft::testing

template <>
inline constexpr auto graft::enum_names<graft::testing::Colour> = std::to_array<std::string_view>({"red", "green",
                                                                                                   "blue"});

namespace graft::testing {

/// What a motor is built into: a word.
using Motor = Plugin<std::string, int>;
using MotorRow = PluginRow<std::string, int>;

struct Electric {
    double volts = 12;
};
inline void describe(Fields& fields, Electric& options) { fields.field("volts", options.volts, "Tension.", above(0)); }
inline std::string build(const Electric& options, int count) {
    return std::to_string(count) + " of " + std::to_string(static_cast<int>(options.volts)) + " volts";
}

struct Steam {
    std::int64_t boilers = 0;
    std::string fuel = "coal";
};
inline void describe(Fields& fields, Steam& options) {
    fields.field(required("boilers"), options.boilers, "How many.", at_least(1));
    fields.field("fuel", options.fuel, "What burns.");
}
inline std::string build(const Steam& options, int) {
    return std::to_string(options.boilers) + " boilers of " + options.fuel;
}
inline std::vector<std::string> contradictions(const Steam& options) {
    if (options.fuel != "water") return {};
    return {"/fuel: water does not burn"};
}

struct Sail {};
inline void describe(Fields&, Sail&) {}
inline std::string build(const Sail&, int) { return "wind"; }

inline const Registry<MotorRow>& motors() {
    static const Registry<MotorRow> table = {
        plugin_row<MotorRow, Electric>("electric", "Silent"),
        plugin_row<MotorRow, Steam>("steam", "Warm"),
        plugin_row<MotorRow, Sail>("sail", "Slow"),
    };
    return table;
}

struct Hull {
    double length = 10;
    std::vector<double> ratio = {1, 2};
};
inline void describe(Fields& fields, Hull& hull) {
    fields.field("length", hull.length, "Metres.", strictly_between(0, 500));
    fields.field("ratio", hull.ratio, "Two numbers.", {.items = at_least(0), .shortest = 2, .longest = 2});
}

struct Ship {
    bool armed = false;
    std::int64_t crew = 1;
    double speed = 0.5;
    std::string title = "nameless";
    std::optional<std::int64_t> masts;
    std::optional<double> draught;
    std::optional<std::string> port;
    std::vector<std::int64_t> decks = {1};
    std::vector<double> fares;
    std::vector<std::string> flags;
    std::map<std::string, double> cargo;
    Colour colour = Colour::green;
    Hull hull;
    Motor motor, spare;
    std::vector<Motor> boats;
};

/// A ship with every default.
inline Ship new_ship() {
    Ship ship;
    ship.motor = motors().find("electric")->make();
    return ship;
}

inline void describe(Fields& fields, Ship& ship) {
    fields.field("armed", ship.armed, "Has guns.");
    fields.field("crew", ship.crew, "People.", between(1, 100));
    fields.field("speed", ship.speed, "Knots.", from_below(0, 1));
    fields.field("title", ship.title, "Its name.");
    fields.field("masts", ship.masts, "Masts, if any.", at_least(1));
    fields.field("draught", ship.draught, "Metres.", above(0));
    fields.field("port", ship.port, "Home | harbour.");
    fields.field("decks", ship.decks, "Cabins per deck.", {.items = at_least(1), .shortest = 1, .longest = 3});
    fields.field("fares", ship.fares, "Prices.", {.items = above(0)});
    fields.field("flags", ship.flags, "Signals.", {.longest = 2});
    fields.field("cargo", ship.cargo, "Tons of each.", above(0));
    fields.choice("colour", ship.colour, "Paint.");
    fields.object("hull", ship.hull, "The body.");
    fields.one_of("motor", ship.motor, motors(), "What drives it.");
    fields.one_of("spare", ship.spare, motors(), "For emergencies.");
    fields.list_of("boats", ship.boats, motors(), "Life boats.");
}

/// The visit of a ship's fields.
inline Describe fields_of(Ship& ship) {
    return [&ship](Fields& fields) { describe(fields, ship); };
}

/// The problems of a document that is read into a new ship.
inline std::vector<std::string> problems_of(const Json& document) {
    Ship ship = new_ship();
    return read_options(document, fields_of(ship));
}

}  // namespace graft::testing
