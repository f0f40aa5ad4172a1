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
constexpr std::array<std::string_view, 3> kColours = {"red", "green", "blue"};

/// The base of the kinds that a table offers.
struct Motor {
    virtual ~Motor() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual void describe(Fields& fields) = 0;
};
struct Electric final : Motor {
    double volts = 12;
    [[nodiscard]] std::string_view name() const override { return "electric"; }
    void describe(Fields& fields) override { fields.field("volts", volts, "Tension.", above(0)); }
};
struct Steam final : Motor {
    std::int64_t boilers = 0;
    std::string fuel = "coal";
    [[nodiscard]] std::string_view name() const override { return "steam"; }
    void describe(Fields& fields) override {
        fields.field(required("boilers"), boilers, "How many.", at_least(1));
        fields.field("fuel", fuel, "What burns.");
    }
};
struct Sail final : Motor {
    [[nodiscard]] std::string_view name() const override { return "sail"; }
    void describe(Fields&) override {}
};
struct MotorRow {
    std::string name, summary;
    std::function<std::shared_ptr<Motor>()> make;
};
inline const Registry<MotorRow>& motors() {
    static const Registry<MotorRow> table = {
        {"electric", "Silent", [] { return std::make_shared<Electric>(); }},
        {"steam", "Warm", [] { return std::make_shared<Steam>(); }},
        {"sail", "Slow", [] { return std::make_shared<Sail>(); }},
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
    std::shared_ptr<Motor> motor, spare;
    std::vector<std::shared_ptr<Motor>> boats;
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
    fields.choice("colour", ship.colour, kColours, "Paint.");
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
