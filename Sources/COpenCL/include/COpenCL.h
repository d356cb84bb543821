#pragma once
// The part of OpenCL 1.2 that the engine uses: found in libOpenCL.so.1 at run time, declared here, so that neither a
// build nor a program without a graphics card needs anything of it. Every function returns, or puts into `error`, one of
// OpenCL's own codes; 0 is success. Nothing but `copencl_load` may be called before it has succeeded.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Opens the library once per process; NULL, or why that is not possible.
const char *copencl_load(void);

int32_t copencl_platforms(uint32_t capacity, void **platforms, uint32_t *count);
int32_t copencl_devices(void *platform, uint32_t capacity, void **devices, uint32_t *count);
int32_t copencl_platform_info(void *platform, uint32_t name, size_t size, void *value, size_t *needed);
int32_t copencl_device_info(void *device, uint32_t name, size_t size, void *value, size_t *needed);

void *copencl_create_context(void *device, int32_t *error);
void copencl_release_context(void *context);
/// A queue that works in order.
void *copencl_create_queue(void *context, void *device, int32_t *error);
void copencl_release_queue(void *queue);

/// Memory of `bytes` bytes, with the content of `host` unless that is NULL.
void *copencl_create_memory(void *context, size_t bytes, const void *host, int32_t *error);
void copencl_release_memory(void *memory);
/// Both wait for what the queue holds.
int32_t copencl_read(void *queue, void *memory, size_t offset, size_t bytes, void *into);
int32_t copencl_write(void *queue, void *memory, size_t offset, size_t bytes, const void *from);
int32_t copencl_copy(void *queue, void *from, void *into, size_t from_offset, size_t into_offset, size_t bytes);
int32_t copencl_clear(void *queue, void *memory, size_t bytes);

void *copencl_create_program(void *context, const char *source, size_t length, int32_t *error);
void copencl_release_program(void *program);
int32_t copencl_build(void *program, void *device, const char *options);
int32_t copencl_build_log(void *program, void *device, size_t size, char *log, size_t *needed);
void *copencl_create_kernel(void *program, const char *name, int32_t *error);
void copencl_release_kernel(void *kernel);
/// `value` NULL: local memory of `size` bytes.
int32_t copencl_set_argument(void *kernel, uint32_t index, size_t size, const void *value);
int32_t copencl_set_memory(void *kernel, uint32_t index, void *memory);
int32_t copencl_run(void *queue, void *kernel, const size_t global[3], const size_t local[3]);
int32_t copencl_flush(void *queue);
int32_t copencl_finish(void *queue);

#ifdef __cplusplus
}
#endif
