/// @file
/// What an application may use is marked with GRAFT_EXPORT: libgraft.so shows nothing else.
#pragma once

#define GRAFT_EXPORT __attribute__((visibility("default")))
/// For members of an exported class that stay inside the library.
#define GRAFT_HIDDEN __attribute__((visibility("hidden")))
