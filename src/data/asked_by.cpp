#include "data/asked_by.hpp"

namespace graft {

std::string use_known_text(AskedBy asked_by) {
    switch (asked_by) {
        case AskedBy::config: return "set /data/class_mismatch to \"use_known\"";
        case AskedBy::command: return "add --classes use_known";
        case AskedBy::application: break;
    }
    return "ask for ClassMismatch::use_known";
}

}  // namespace graft
