/// @file
/// What an application may use is marked with GRAFT_EXPORT: libgraft.so shows nothing else.
#pragma once

#define GRAFT_EXPORT __attribute__((visibility("default")))
