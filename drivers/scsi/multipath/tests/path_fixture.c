// SPDX-License-Identifier: GPL-2.0
/* For KUnit: a logical unit and its paths that no device is behind. */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include "path_fixture.h"

/* There is nothing that could be probed, blocked or told to user space. */
static void fake_probe(struct work_struct *work)
{
	container_of(to_delayed_work(work), struct fake_path,
		     path.probe.work)->probed = true;
}

static void fake_drain(struct work_struct *work)
{
	container_of(to_delayed_work(work), struct fake_path,
		     path.drain)->drained = true;
}

static void fake_work(struct work_struct *work)
{
}

static void fake_line(struct work_struct *work)
{
}

static void fake_no_path_work(struct work_struct *work)
{
	container_of(to_delayed_work(work), struct fake_lu,
		     lu.no_path_work)->gave_up = true;
}

static void stop(void *data)
{
	struct fake_lu *fake = data;

	for (unsigned int i = 0; i < fake->nr; i++) {
		disable_delayed_work_sync(&fake->path[i].path.probe.work);
		disable_delayed_work_sync(&fake->path[i].path.drain);
		disable_delayed_work_sync(&fake->path[i].path.pr.line);
	}
	disable_delayed_work_sync(&fake->lu.no_path_work);
	disable_delayed_work_sync(&fake->lu.group.work);
	disable_delayed_work_sync(&fake->lu.activation.work);
	disable_delayed_work_sync(&fake->lu.marginal_work);
	disable_delayed_work_sync(&fake->lu.pr.work);
	disable_work_sync(&fake->lu.work);
	disable_work_sync(&fake->lu.event_work);
	free_percpu(fake->lu.cpu);
}

void fake_path_join(struct fake_lu *fake, unsigned int i)
{
	struct scsi_lu *lu = &fake->lu;
	struct scsi_path *path = &fake->path[i].path;

	spin_lock_irq(&lu->lock);
	scsi_path_take_slot(path);
	list_add_tail(&path->node, &lu->paths);
	lu->nr_paths++;
	path->running = path->sdev->sdev_state == SDEV_RUNNING;
	scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

void fake_path_leave(struct fake_lu *fake, unsigned int i)
{
	struct scsi_lu *lu = &fake->lu;
	struct scsi_path *path = &fake->path[i].path;

	spin_lock_irq(&lu->lock);
	list_del_init(&path->node);
	lu->nr_paths--;
	path->state = PATH_DISABLED;
	scsi_lu_refresh_locked(lu);
	spin_unlock_irq(&lu->lock);
}

static void remove_host(void *shost)
{
	scsi_policy_qd_remove_host(shost);
}

static struct scsi_device *make_sdev(struct kunit *test, const char *name)
{
	struct scsi_device *sdev = kunit_kzalloc(test, sizeof(*sdev),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sdev);
	sdev->sdev_gendev.init_name = name;
	sdev->sdev_state = SDEV_RUNNING;
	mutex_init(&sdev->state_mutex);
	sdev->host = kunit_kzalloc(test, sizeof(*sdev->host), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sdev->host);
	KUNIT_ASSERT_EQ(test, scsi_policy_qd_add_host(sdev->host), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, remove_host,
							sdev->host), 0);
	sdev->host->dma_dev = kunit_kzalloc(test, sizeof(struct device),
					    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sdev->host->dma_dev);
	set_dev_node(sdev->host->dma_dev, NUMA_NO_NODE);
	sdev->sdev_target = kunit_kzalloc(test, sizeof(*sdev->sdev_target),
					  GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sdev->sdev_target);
	return sdev;
}

struct fake_lu *make_fake_lu(struct kunit *test, unsigned int nr,
			     const struct scsi_path_policy *policy)
{
	struct fake_lu *fake;

	fake = kunit_kzalloc(test,
			     struct_size(fake, lu.in_use, scsi_multipath_nr_sets()),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->nr = nr;
	fake->path = kunit_kcalloc(test, nr, sizeof(*fake->path), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake->path);
	for (int i = 0; i < scsi_multipath_nr_sets(); i++) {
		struct scsi_path_set *set;

		set = kunit_kzalloc(test, struct_size(set, path, nr),
				    GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, set);
		set->capacity = nr;
		RCU_INIT_POINTER(fake->lu.in_use[i], set);
	}

	fake->lu.id = "test";
	fake->lu.sdev = make_sdev(test, "lu");
	fake->lu.policy = policy;
	fake->lu.no_path_timeout = 3600;
	spin_lock_init(&fake->lu.lock);
	INIT_LIST_HEAD(&fake->lu.paths);
	scsi_lu_group_init(&fake->lu.group);
	scsi_lu_activation_init(&fake->lu.activation);
	scsi_lu_door_init(&fake->lu.door);
	scsi_lu_event_init(&fake->lu);
	scsi_lu_marginal_init(&fake->lu);
	scsi_lu_pr_init(&fake->lu);
	INIT_DELAYED_WORK(&fake->lu.pr.work, fake_line);
	INIT_WORK(&fake->lu.work, fake_work);
	INIT_WORK(&fake->lu.event_work, fake_work);
	INIT_DELAYED_WORK(&fake->lu.no_path_work, fake_no_path_work);
	for (unsigned int i = 0; i < nr; i++) {
		struct scsi_path *path = &fake->path[i].path;

		snprintf(fake->path[i].name, sizeof(fake->path[i].name),
			 "path%u", i);
		path->sdev = make_sdev(test, fake->path[i].name);
		path->sdev->path = path;
		path->lu = &fake->lu;
		INIT_LIST_HEAD(&path->node);
		scsi_path_probe_init(path);
		scsi_path_access_init(path);
		scsi_path_marginal_init(path);
		INIT_DELAYED_WORK(&path->probe.work, fake_probe);
		INIT_DELAYED_WORK(&path->drain, fake_drain);
		INIT_DELAYED_WORK(&path->pr.line, fake_line);
	}

	fake->lu.cpu = alloc_percpu(struct scsi_lu_cpu);
	KUNIT_ASSERT_TRUE(test, !!fake->lu.cpu);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, stop, fake), 0);
	for (unsigned int i = 0; i < nr; i++)
		fake_path_join(fake, i);
	return fake;
}

/* The members of the set, one bit each. */
u64 fake_lu_usable(struct kunit *test, struct fake_lu *fake)
{
	const struct scsi_path_set *set;
	u64 members = 0;

	rcu_read_lock();
	set = rcu_dereference(fake->lu.in_use[0]);
	for (unsigned int i = 0; i < set->nr; i++) {
		unsigned int member = container_of(set->path[i],
						   struct fake_path, path) -
				      fake->path;

		KUNIT_EXPECT_LT(test, member, fake->nr);
		KUNIT_EXPECT_FALSE(test, members & BIT_ULL(member));
		members |= BIT_ULL(member);
	}
	rcu_read_unlock();
	return members;
}

int fake_lu_select(struct fake_lu *fake)
{
	const struct scsi_path_set *set;
	struct scsi_path *path;

	rcu_read_lock();
	set = rcu_dereference(fake->lu.in_use[0]);
	path = fake->lu.policy->select(&fake->lu, set, set->nr);
	rcu_read_unlock();
	return path ? container_of(path, struct fake_path, path) - fake->path :
		      -1;
}

bool fake_path_is_probed(struct fake_path *fake)
{
	if (delayed_work_pending(&fake->path.probe.work))
		return true;
	flush_work(&fake->path.probe.work.work);
	return fake->probed;
}

void fake_path_forget_probe(struct fake_path *fake)
{
	cancel_delayed_work_sync(&fake->path.probe.work);
	fake->probed = false;
}

void fake_path_kill(struct fake_lu *fake, unsigned int i)
{
	scsi_path_take_out(&fake->path[i].path, PATH_FAILED, "test");
}

/* As a probe that succeeded and I/O that followed do. */
void fake_path_revive(struct fake_lu *fake, unsigned int i)
{
	scsi_path_set_state(&fake->path[i].path, PATH_PROBATION, LOSS_FAILED, "test");
	scsi_path_succeeded(&fake->path[i].path);
}

void fake_path_set_sdev_state(struct kunit *test, struct fake_lu *fake,
			      unsigned int i, enum scsi_device_state state)
{
	struct scsi_device *sdev = fake->path[i].path.sdev;

	KUNIT_ASSERT_EQ(test, scsi_device_set_state(sdev, state), 0);
}
