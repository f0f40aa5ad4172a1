#include "app/terminal/screen.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <map>
#include <sstream>

namespace graft {
namespace {

/// Sets environment variables (nullptr: removes them) and puts them back.
class Environment {
public:
    explicit Environment(const std::map<std::string, const char*>& values) {
        for (const auto& [name, value] : values) {
            const char* before = ::getenv(name.c_str());
            before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
            set(name, value);
        }
    }
    ~Environment() {
        for (const auto& [name, value] : before_) set(name, value ? value->c_str() : nullptr);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    static void set(const std::string& name, const char* value) {
        if (value == nullptr)
            ::unsetenv(name.c_str());
        else
            ::setenv(name.c_str(), value, 1);
    }
    std::map<std::string, std::optional<std::string>> before_;
};

/// While it lives, standard error is something else.
class StandardError {
public:
    explicit StandardError(int descriptor) : before_(::dup(STDERR_FILENO)) { ::dup2(descriptor, STDERR_FILENO); }
    ~StandardError() {
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
    }
    StandardError(const StandardError&) = delete;
    StandardError& operator=(const StandardError&) = delete;

private:
    int before_;
};

/// The two ends of a terminal.
class Terminal {
public:
    Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
        if (master_ >= 0 && ::grantpt(master_) == 0 && ::unlockpt(master_) == 0)
            slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    }
    ~Terminal() {
        ::close(slave_);
        ::close(master_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] int descriptor() const { return slave_; }
    void resize(unsigned short columns) const {
        const winsize window{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
        ::ioctl(slave_, TIOCSWINSZ, &window);
    }

private:
    int master_, slave_ = -1;
};

class ScreenOnATerminal : public ::testing::Test {
protected:
    void SetUp() override {
        if (terminal_.descriptor() < 0) GTEST_SKIP() << "this system gives no terminal";
    }
    /// The screen with some environment variables set, apart from which the terminal is an ordinary one.
    [[nodiscard]] Screen screen(std::map<std::string, const char*> values = {}) const {
        values.insert({{"TERM", "xterm"}, {"NO_COLOR", nullptr}});
        const Environment environment(values);
        const StandardError redirected(terminal_.descriptor());
        return standard_error_screen();
    }
    Terminal terminal_;
};

TEST_F(ScreenOnATerminal, RedrawsLinesInColours) {
    EXPECT_TRUE(screen().terminal);
    EXPECT_TRUE(screen().colours);
}

TEST_F(ScreenOnATerminal, HonoursNoColor) {
    EXPECT_FALSE(screen({{"NO_COLOR", "1"}}).colours);
    EXPECT_TRUE(screen({{"NO_COLOR", "1"}}).terminal);
    EXPECT_TRUE(screen({{"NO_COLOR", ""}}).colours);  // set but empty does not count: no-color.org
}

TEST_F(ScreenOnATerminal, ExpectsNothingOfADumbOne) {
    EXPECT_FALSE(screen({{"TERM", "dumb"}}).terminal);
    EXPECT_FALSE(screen({{"TERM", "dumb"}}).colours);
}

TEST_F(ScreenOnATerminal, IsAsWideAsItsWindowIsNow) {
    const Screen now = screen();
    const StandardError redirected(terminal_.descriptor());
    terminal_.resize(132);
    EXPECT_EQ(now.columns(), 132);
    terminal_.resize(40);
    EXPECT_EQ(now.columns(), 40);
    terminal_.resize(0);
    EXPECT_EQ(now.columns(), 80);
}

TEST(Screen, IsNoTerminalInAFile) {
    const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const StandardError redirected(file);
    const Screen screen = standard_error_screen();
    EXPECT_FALSE(screen.terminal);
    EXPECT_FALSE(screen.colours);
    EXPECT_EQ(screen.columns(), 80);
    ::close(file);
}

TEST(Screen, ShowsMoreThanAsciiWhereTheLocaleIsUtf8) {
    const auto unicode = [](const char* all, const char* ctype, const char* lang) {
        const Environment environment({{"LC_ALL", all}, {"LC_CTYPE", ctype}, {"LANG", lang}});
        return standard_error_screen().unicode;
    };
    EXPECT_TRUE(unicode(nullptr, nullptr, "en_US.UTF-8"));
    EXPECT_TRUE(unicode("", "de_DE.utf8", "C"));
    EXPECT_TRUE(unicode("C.UTF-8", "C", "C"));
    EXPECT_FALSE(unicode("C", nullptr, "en_US.UTF-8"));  // the first that is not empty decides
    EXPECT_FALSE(unicode(nullptr, nullptr, nullptr));
    EXPECT_FALSE(unicode(nullptr, nullptr, "de_DE.ISO-8859-1"));
}

TEST(Painted, ColoursTextOnlyWhereThereAreColours) {
    std::ostringstream out;
    const Screen grey{.out = out}, coloured{.out = out, .colours = true};
    EXPECT_EQ(painted(grey, Colour::red, "text"), "text");
    EXPECT_EQ(painted(coloured, Colour::red, "text"), "\x1b[31mtext\x1b[0m");
    EXPECT_EQ(painted(coloured, Colour::yellow, "text"), "\x1b[33mtext\x1b[0m");
    EXPECT_EQ(painted(coloured, Colour::cyan, "text"), "\x1b[36mtext\x1b[0m");
    EXPECT_EQ(painted(coloured, Colour::cyan, ""), "");
}

}  // namespace
}  // namespace graft
