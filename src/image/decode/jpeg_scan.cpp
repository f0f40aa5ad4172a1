#include "image/decode/jpeg_scan.hpp"

#include <cstdint>

namespace graft {
namespace {

/// Bits up to the next marker. A zero behind an ff only says that it is none.
class ScanBits {
public:
    explicit ScanBits(std::string_view bytes) : bytes_(bytes) {}

    /// -1 at the end.
    int next() {
        if (left_ == 0 && !load()) return -1;
        return byte_ >> --left_ & 1;
    }
    bool skip(int count) {
        while (count-- > 0)
            if (next() < 0) return false;
        return true;
    }
    /// Whether the rest of the current byte is ones, as writers fill it.
    [[nodiscard]] bool is_at_filled_end() const { return (byte_ & ((1 << left_) - 1)) == (1 << left_) - 1; }
    [[nodiscard]] bool is_in_last_byte() const { return ScanBits(bytes_).next() < 0; }

private:
    bool load() {
        if (bytes_.empty()) return false;
        const bool is_ff = bytes_.front() == '\xff';
        if (is_ff && (bytes_.size() < 2 || bytes_[1] != '\0')) return false;
        byte_ = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(is_ff ? 2 : 1);
        left_ = 8;
        return true;
    }

    std::string_view bytes_;
    int byte_ = 0, left_ = 0;
};

/// The next symbol of a canonical code (T.81, F.2.2.3), or -1.
int symbol(ScanBits& bits, const JHUFF_TBL& table) {
    int code = 0, first = 0, index = 0;
    for (int length = 1; length <= 16; ++length) {
        const int bit = bits.next();
        if (bit < 0) return -1;
        code |= bit;
        const int count = table.bits[length];
        if (code - first < count) return table.huffval[index + code - first];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return -1;
}

bool skip_block(ScanBits& bits, const JHUFF_TBL& means, const JHUFF_TBL& others) {
    const int mean = symbol(bits, means);
    if (mean < 0 || !bits.skip(mean)) return false;
    constexpr int last = 63, sixteen_zeros = 15;
    for (int place = 1; place <= last; ++place) {
        const int next = symbol(bits, others);
        if (next < 0) return false;
        const int zeros = next >> 4, length = next & 15;
        if (length == 0 && zeros != sixteen_zeros) return true;
        place += zeros;
        if (place > last || !bits.skip(length)) return false;
    }
    return true;
}

/// The blocks that a scan repeats: of a colour picture some of brightness, then one of each colour difference.
bool skip_group(ScanBits& bits, const jpeg_decompress_struct& info) {
    for (int i = 0; i < info.blocks_in_MCU; ++i) {
        const jpeg_component_info& component = *info.cur_comp_info[info.MCU_membership[i]];
        const JHUFF_TBL* means = info.dc_huff_tbl_ptrs[component.dc_tbl_no];
        const JHUFF_TBL* others = info.ac_huff_tbl_ptrs[component.ac_tbl_no];
        if (means == nullptr || others == nullptr || !skip_block(bits, *means, *others)) return false;
    }
    return true;
}

}  // namespace

bool lost_its_place(const jpeg_decompress_struct& info, std::string_view scan) {
    const bool is_simple = info.progressive_mode == 0 && info.arith_code == 0 && info.restart_interval == 0 &&
                           info.comps_in_scan == info.num_components;
    if (!is_simple) return false;
    ScanBits bits(scan);
    const std::uint64_t groups = std::uint64_t{info.MCUs_per_row} * info.MCU_rows_in_scan;
    for (std::uint64_t i = 0; i < groups; ++i)
        if (!skip_group(bits, info)) return true;
    if (!bits.is_at_filled_end()) return true;
    ScanBits at_group = bits;
    bool goes_on = false;
    while (skip_group(bits, info)) {
        at_group = bits;
        goes_on = true;
    }
    return goes_on && at_group.is_in_last_byte() && at_group.is_at_filled_end();
}

}  // namespace graft
