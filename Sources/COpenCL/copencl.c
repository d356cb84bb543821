// OpenCL's functions by their addresses in libOpenCL.so.1.
#include "COpenCL.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

typedef uint64_t bits;
typedef intptr_t property;

static struct {
  int32_t (*clGetPlatformIDs)(uint32_t, void **, uint32_t *);
  int32_t (*clGetDeviceIDs)(void *, bits, uint32_t, void **, uint32_t *);
  int32_t (*clGetPlatformInfo)(void *, uint32_t, size_t, void *, size_t *);
  int32_t (*clGetDeviceInfo)(void *, uint32_t, size_t, void *, size_t *);
  void *(*clCreateContext)(const property *, uint32_t, void *const *, void (*)(const char *, const void *, size_t, void *),
                           void *, int32_t *);
  int32_t (*clReleaseContext)(void *);
  void *(*clCreateCommandQueue)(void *, void *, bits, int32_t *);
  int32_t (*clReleaseCommandQueue)(void *);
  void *(*clCreateBuffer)(void *, bits, size_t, void *, int32_t *);
  int32_t (*clReleaseMemObject)(void *);
  int32_t (*clEnqueueReadBuffer)(void *, void *, uint32_t, size_t, size_t, void *, uint32_t, const void *, void *);
  int32_t (*clEnqueueWriteBuffer)(void *, void *, uint32_t, size_t, size_t, const void *, uint32_t, const void *,
                                  void *);
  int32_t (*clEnqueueCopyBuffer)(void *, void *, void *, size_t, size_t, size_t, uint32_t, const void *, void *);
  int32_t (*clEnqueueFillBuffer)(void *, void *, const void *, size_t, size_t, size_t, uint32_t, const void *, void *);
  void *(*clCreateProgramWithSource)(void *, uint32_t, const char **, const size_t *, int32_t *);
  int32_t (*clReleaseProgram)(void *);
  int32_t (*clBuildProgram)(void *, uint32_t, void *const *, const char *, void (*)(void *, void *), void *);
  int32_t (*clGetProgramBuildInfo)(void *, void *, uint32_t, size_t, void *, size_t *);
  void *(*clCreateKernel)(void *, const char *, int32_t *);
  int32_t (*clReleaseKernel)(void *);
  int32_t (*clSetKernelArg)(void *, uint32_t, size_t, const void *);
  int32_t (*clEnqueueNDRangeKernel)(void *, void *, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t,
                                    const void *, void *);
  int32_t (*clFlush)(void *);
  int32_t (*clFinish)(void *);
} cl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[512];

static void *find(void *library, const char *name) {
  void *address = dlsym(library, name);
  if (!address && !problem[0]) snprintf(problem, sizeof problem, "libOpenCL.so.1 has no %s (OpenCL 1.2 is needed)", name);
  return address;
}

static void load(void) {
  void *library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    snprintf(problem, sizeof problem, "%s", reason ? reason : "libOpenCL.so.1 cannot be opened");
    return;
  }
#define FIND(name) (cl.name = (__typeof__(cl.name))find(library, #name))
  FIND(clGetPlatformIDs), FIND(clGetDeviceIDs), FIND(clGetPlatformInfo), FIND(clGetDeviceInfo);
  FIND(clCreateContext), FIND(clReleaseContext), FIND(clCreateCommandQueue), FIND(clReleaseCommandQueue);
  FIND(clCreateBuffer), FIND(clReleaseMemObject), FIND(clEnqueueReadBuffer), FIND(clEnqueueWriteBuffer);
  FIND(clEnqueueCopyBuffer), FIND(clEnqueueFillBuffer), FIND(clCreateProgramWithSource), FIND(clReleaseProgram);
  FIND(clBuildProgram), FIND(clGetProgramBuildInfo), FIND(clCreateKernel), FIND(clReleaseKernel);
  FIND(clSetKernelArg), FIND(clEnqueueNDRangeKernel), FIND(clFlush), FIND(clFinish);
#undef FIND
}

const char *copencl_load(void) {
  pthread_once(&once, load);
  return problem[0] ? problem : NULL;
}

enum { all_devices = 0x0F, read_write = 1, copy_host = 1 << 5, build_log = 0x1183 };

int32_t copencl_platforms(uint32_t capacity, void **platforms, uint32_t *count) {
  return cl.clGetPlatformIDs(capacity, platforms, count);
}
int32_t copencl_devices(void *platform, uint32_t capacity, void **devices, uint32_t *count) {
  return cl.clGetDeviceIDs(platform, all_devices, capacity, devices, count);
}
int32_t copencl_platform_info(void *platform, uint32_t name, size_t size, void *value, size_t *needed) {
  return cl.clGetPlatformInfo(platform, name, size, value, needed);
}
int32_t copencl_device_info(void *device, uint32_t name, size_t size, void *value, size_t *needed) {
  return cl.clGetDeviceInfo(device, name, size, value, needed);
}
void *copencl_create_context(void *device, int32_t *error) {
  return cl.clCreateContext(NULL, 1, &device, NULL, NULL, error);
}
void copencl_release_context(void *context) { cl.clReleaseContext(context); }
void *copencl_create_queue(void *context, void *device, int32_t *error) {
  return cl.clCreateCommandQueue(context, device, 0, error);
}
void copencl_release_queue(void *queue) { cl.clReleaseCommandQueue(queue); }
void *copencl_create_memory(void *context, size_t bytes, const void *host, int32_t *error) {
  return cl.clCreateBuffer(context, read_write | (host ? copy_host : 0), bytes, (void *)host, error);
}
void copencl_release_memory(void *memory) { cl.clReleaseMemObject(memory); }
int32_t copencl_read(void *queue, void *memory, size_t offset, size_t bytes, void *into) {
  return cl.clEnqueueReadBuffer(queue, memory, 1, offset, bytes, into, 0, NULL, NULL);
}
int32_t copencl_write(void *queue, void *memory, size_t offset, size_t bytes, const void *from) {
  return cl.clEnqueueWriteBuffer(queue, memory, 1, offset, bytes, from, 0, NULL, NULL);
}
int32_t copencl_copy(void *queue, void *from, void *into, size_t from_offset, size_t into_offset, size_t bytes) {
  return cl.clEnqueueCopyBuffer(queue, from, into, from_offset, into_offset, bytes, 0, NULL, NULL);
}
int32_t copencl_clear(void *queue, void *memory, size_t bytes) {
  const uint32_t zero = 0;
  return cl.clEnqueueFillBuffer(queue, memory, &zero, sizeof zero, 0, bytes, 0, NULL, NULL);
}
void *copencl_create_program(void *context, const char *source, size_t length, int32_t *error) {
  return cl.clCreateProgramWithSource(context, 1, &source, &length, error);
}
void copencl_release_program(void *program) { cl.clReleaseProgram(program); }
int32_t copencl_build(void *program, void *device, const char *options) {
  return cl.clBuildProgram(program, 1, &device, options, NULL, NULL);
}
int32_t copencl_build_log(void *program, void *device, size_t size, char *log, size_t *needed) {
  return cl.clGetProgramBuildInfo(program, device, build_log, size, log, needed);
}
void *copencl_create_kernel(void *program, const char *name, int32_t *error) {
  return cl.clCreateKernel(program, name, error);
}
void copencl_release_kernel(void *kernel) { cl.clReleaseKernel(kernel); }
int32_t copencl_set_argument(void *kernel, uint32_t index, size_t size, const void *value) {
  return cl.clSetKernelArg(kernel, index, size, value);
}
int32_t copencl_set_memory(void *kernel, uint32_t index, void *memory) {
  return cl.clSetKernelArg(kernel, index, sizeof memory, &memory);
}
int32_t copencl_run(void *queue, void *kernel, const size_t global[3], const size_t local[3]) {
  return cl.clEnqueueNDRangeKernel(queue, kernel, 3, NULL, global, local, 0, NULL, NULL);
}
int32_t copencl_flush(void *queue) { return cl.clFlush(queue); }
int32_t copencl_finish(void *queue) { return cl.clFinish(queue); }
