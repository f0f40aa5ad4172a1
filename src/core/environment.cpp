#include "core/environment.hpp"

#include <cstdlib>

namespace graft {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace graft
