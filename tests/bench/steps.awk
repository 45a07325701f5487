# SPDX-License-Identifier: GPL-2.0
# Which step of an I/O a function belongs to. The first line that fits counts.
function step(f) {
	if (f == "user-space") return "0 fio"
	if (f ~ /^(scsi_multipath_|scsi_lu_|scsi_path_|try_path|lpu_|rr_|blk_mq_.*_bare)/) return "9 multipath"
	if (f ~ /^(dm_|multipath_|__map_bio|map_request|clone_|choose_p|choose_path|__choose|__multipath|process_queued|rr_select|blk_rq_prep_clone|blk_insert_cloned|blk_mq_request_bypass|__dm_|alloc_tio|do_end_io|end_clone|end_io_acct|free_tio|__split|is_abnormal|max_io_len|blk_rq_unprep|bio_alloc_clone|bio_clone|__bio_clone|end_clone_bio|softirq_done|rq_completed|setup_clone|pg_|queue_io|start_io)/) return "9 multipath"
	if (f ~ /^(sdebug|schedule_resp|scsi_debug|resp_|do_device_access|prepare_sgl|sdeb_|fill_from|p_fill|check_|devInfo)/) return "7 low-level driver"
	if (f ~ /^(sbitmap|__sbitmap|_find_next|find_next|blk_mq_get_tag|__blk_mq_get_tag|blk_mq_put_tag|__blk_mq_alloc|blk_mq_alloc|blk_mq_rq_ctx|blk_mq_free_req|__blk_mq_free_req|blk_queue_enter|blk_queue_exit|scsi_mq_get_budget|scsi_mq_put|scsi_alloc_request|blk_mq_get_driver_tag|blk_mq_finish_request)/) return "4 tags and budgets"
	if (f ~ /^(dd_|__dd|deadline|elv_|rb_|__blk_mq_sched|blk_mq_sched|__blk_mq_do_dispatch)/) return "3 I/O scheduler"
	if (f ~ /^(scsi_prepare|scsi_init_command|sd_init|sd_setup|scsi_alloc_sg|__blk_rq_map|blk_rq_map|sg_|__sg|memset|init_timer|scsi_initialize)/) return "5 prepare the command"
	if (f ~ /^(scsi_queue_rq|scsi_dispatch|scsi_log_send|scsi_target_queue|scsi_host_queue|blk_mq_start|blk_add_timer|blk_mq_dispatch|blk_mq_run|__blk_mq_run|blk_mq_try_issue|__blk_mq_issue|blk_mq_plug_issue|blk_mq_request_issue)/) return "6 send it"
	if (f ~ /^(scsi_|sd_|blk_update_req|blk_mq_complete|__blk_mq_end|blk_mq_end|blk_account_io_done|blk_account_io_comp|blk_done|handle_softirq|raise_softirq|__raise_softirq|__do_softirq|bio_endio|bio_put|bio_free|blkdev_bio_end)/) return "8 complete it"
	if (f ~ /^(blk_|__blk|bio_|__bio|submit_bio|__submit_bio|update_io|mempool|kmem_cache|bvec|bdev_)/) return "2 bio, request, accounting"
	return "1 system call, pages, processes"
}
{ sum[step($3)] += $1 }
END {
	for (s in sum)
		printf "%s\t%s\t%.0f\n", kind, s, sum[s]
}
