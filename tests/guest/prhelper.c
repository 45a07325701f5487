// SPDX-License-Identifier: GPL-2.0
/*
 * prhelper SOCKET DEVICE keys|register|reserve|release [KEY]: what QEMU asks its
 * qemu-pr-helper for, which reserves for virtual machines: a descriptor of the disk, and a
 * CDB. Prints the keys, or the status if it is not GOOD.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REGISTER_AND_IGNORE	6
#define RESERVE			1
#define RELEASE			2
#define WRITE_EXCLUSIVE		1

/* What it answers, each number with the first byte first */
struct response {
	uint32_t result;
	uint32_t size;
	uint8_t sense[96];
};

static int connect_to(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint32_t features;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, name, sizeof(address.sun_path) - 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    recv(fd, &features, sizeof(features), MSG_WAITALL) != sizeof(features))
		return -1;
	features = 0;
	if (write(fd, &features, sizeof(features)) != sizeof(features))
		return -1;
	return fd;
}

static int send_cdb(int fd, const uint8_t *cdb, int disk)
{
	char control[CMSG_SPACE(sizeof(int))] = { };
	struct iovec iov = { .iov_base = (void *)cdb, .iov_len = 16 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &disk, sizeof(int));
	return sendmsg(fd, &msg, 0) == 16 ? 0 : -1;
}

static void put64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = v >> (56 - 8 * i);
}

int main(int argc, char **argv)
{
	uint8_t cdb[16] = { 0x5f }, list[24] = { }, data[512] = { };
	struct response response;
	int fd, disk, size;
	uint64_t key;

	if (argc < 4)
		return 2;
	fd = connect_to(argv[1]);
	disk = open(argv[2], O_RDWR);
	if (fd < 0 || disk < 0) {
		perror("prhelper");
		return 2;
	}
	key = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
	put64(list, key);
	cdb[8] = sizeof(list);
	if (!strcmp(argv[3], "register")) {
		cdb[1] = REGISTER_AND_IGNORE;
		put64(list, 0);
		put64(list + 8, key);
	} else if (!strcmp(argv[3], "reserve")) {
		cdb[1] = RESERVE;
		cdb[2] = WRITE_EXCLUSIVE;
	} else if (!strcmp(argv[3], "release")) {
		cdb[1] = RELEASE;
		cdb[2] = WRITE_EXCLUSIVE;
	} else {
		cdb[0] = 0x5e;
		cdb[7] = sizeof(data) >> 8;
		cdb[8] = 0;
	}
	if (send_cdb(fd, cdb, disk) ||
	    (cdb[0] == 0x5f && write(fd, list, sizeof(list)) != sizeof(list)) ||
	    recv(fd, &response, sizeof(response), MSG_WAITALL) != sizeof(response)) {
		perror("prhelper");
		return 2;
	}
	if (response.result) {
		printf("status %#x\n", ntohl(response.result));
		return 1;
	}
	size = ntohl(response.size);
	if (cdb[0] != 0x5e)
		return 0;
	if (size > (int)sizeof(data) || recv(fd, data, size, MSG_WAITALL) != size)
		return 2;
	for (int i = 8; i < size && i < 8 + data[7]; i += 8) {
		key = 0;
		for (int j = 0; j < 8; j++)
			key = key << 8 | data[i + j];
		printf("%#llx ", (unsigned long long)key);
	}
	printf("\n");
	return 0;
}
