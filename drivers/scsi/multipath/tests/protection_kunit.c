// SPDX-License-Identifier: GPL-2.0
/* What a logical unit and one more host can do for protection information together. */

#include <kunit/test.h>
#include <scsi/scsi_host.h>

#include "../mpath.h"

#define DIF1	SHOST_DIF_TYPE1_PROTECTION
#define DIF2	SHOST_DIF_TYPE2_PROTECTION
#define DIF3	SHOST_DIF_TYPE3_PROTECTION
#define DIX0	SHOST_DIX_TYPE0_PROTECTION
#define DIX1	SHOST_DIX_TYPE1_PROTECTION
#define DIX2	SHOST_DIX_TYPE2_PROTECTION
#define DIX3	SHOST_DIX_TYPE3_PROTECTION

static void lost_by_a_host(struct kunit *test)
{
	static const struct {
		struct scsi_protection lu, host;
		unsigned int lost;
	} cases[] = {
		{ { DIF1 | DIX1, 1 }, { DIF1 | DIX1, 1 }, 0 },
		{ { DIF1 | DIX1, 1 }, { DIF1 | DIF2 | DIX1 | DIX0, 1 }, 0 },
		{ { DIF1 | DIX1, 1 }, { DIF1, 0 }, DIX1 },
		{ { DIF1 | DIX1, 1 }, { 0, 0 }, DIF1 | DIX1 },
		{ { 0, 0 }, { DIF1 | DIX1, 1 }, 0 },
		/* The guard is for DIX alone. */
		{ { DIF1 | DIX0 | DIX1, 1 }, { DIF1 | DIX0 | DIX1, 2 }, DIX0 | DIX1 },
		{ { DIF1 | DIX1, 3 }, { DIF1 | DIX1, 2 }, 0 },
		{ { DIF3, 1 }, { DIF3, 2 }, 0 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].lost,
				    scsi_protection_lost(&cases[i].lu,
							 &cases[i].host),
				    "case %d", i);
}

static void needed_for_a_type(struct kunit *test)
{
	static const unsigned int needed[] = {
		0, DIF1 | DIX1, DIF2 | DIX2, DIF3 | DIX3,
	};
	struct scsi_path_size size = { .block_size = 512 };

	for (int type = 0; type < ARRAY_SIZE(needed); type++) {
		size.protection_type = type;
		KUNIT_EXPECT_EQ(test, needed[type],
				scsi_protection_needed(&size));
	}
	/* A disk that does not say may have each. */
	size = (struct scsi_path_size) {};
	KUNIT_EXPECT_EQ(test, DIF1 | DIF2 | DIF3 | DIX1 | DIX2 | DIX3,
			scsi_protection_needed(&size));
}

static struct kunit_case protection_cases[] = {
	KUNIT_CASE(lost_by_a_host),
	KUNIT_CASE(needed_for_a_type),
	{}
};

static struct kunit_suite protection_suite = {
	.name = "scsi_multipath_protection",
	.test_cases = protection_cases,
};

kunit_test_suite(protection_suite);
