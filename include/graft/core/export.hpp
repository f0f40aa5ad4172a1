/// @file
/// What an application may use is marked with GRAFT_EXPORT: libgraft.so shows nothing else.
#pragma once

#define GRAFT_EXPORT __attribute__((visibility("default")))
/// What lies inside of a class that is shown, and is not.
#define GRAFT_HIDDEN __attribute__((visibility("hidden")))
