//! The suite that every runner passes: what a program may rely on, and what it cannot do.
//!
//! A runner's crate writes, in a test file of its own:
//!
//! ```ignore
//! lazaret_sandbox::conformance!(my_runner());
//! ```
//!
//! and gets one test for each case. Cases look at a runner from outside, through its trait, so
//! they hold for any kind of sandbox. They need Python, Node.js and Bash, and never skip.

#![allow(clippy::missing_panics_doc, reason = "a case panics when the runner does not pass it")]

pub mod endings;
pub mod files;
pub mod hostile;
pub mod installations;
pub mod isolation;
pub mod limits;
pub mod network;
pub mod packages;
pub mod program;
pub mod programs;
pub mod results;

/// One test for each case, with the runner that the expression makes.
#[macro_export]
macro_rules! conformance {
    ($runner:expr) => {
        $crate::conformance_cases! { $runner,
            programs: [
                the_exit_code_is_the_programs_own,
                a_signal_is_told_as_one,
                the_two_streams_are_kept_apart,
                what_is_printed_arrives_while_the_program_runs,
                bytes_that_are_no_text_arrive_as_they_are,
                standard_input_is_read_and_then_ends,
                a_megabyte_of_input_that_nobody_reads_is_no_trouble,
                words_arrive_as_they_are,
                the_environment_is_the_jobs_alone,
                a_python_script_is_main_and_finds_its_neighbours,
                a_neighbour_with_a_known_name_breaks_nothing_of_ours,
                a_python_traceback_shows_the_programs_lines_alone,
                a_syntax_error_is_told_as_python_tells_it,
                pythons_exit_codes_are_its_own,
                a_node_script_is_plain_node,
                a_node_module_is_a_module,
                node_errors_are_told_as_node_tells_them,
                nodes_handlers_run_at_the_end,
                a_bash_script_is_plain_bash,
                a_pipeline_that_is_cut_short_ends_quietly,
            ]
            results: [
                python_returns_what_json_can_say,
                python_returns_none_as_null,
                python_main_can_be_async,
                python_main_is_not_main_twice,
                python_cannot_return_a_set,
                python_without_main_is_told_so,
                python_that_leaves_early_has_no_result,
                a_child_of_python_ends_nothing_but_itself,
                a_result_is_told_however_the_end_comes,
                javascript_returns_what_json_can_say,
                javascript_returns_undefined_as_null,
                javascript_main_is_found_however_it_is_declared,
                javascript_main_can_be_a_module,
                javascript_errors_show_the_programs_lines_alone,
                javascript_that_leaves_early_has_no_result,
                bash_arguments_are_data,
                bash_returns_what_it_writes_to_descriptor_3,
                what_is_printed_is_no_result,
                a_result_above_the_limit_is_too_much_output,
            ]
            files: [
                files_arrive_with_their_directories,
                a_job_as_big_as_may_be_runs,
                artifacts_are_collected_with_their_directories,
                files_belong_to_the_program,
                artifacts_survive_a_failing_program,
                what_is_no_regular_file_is_refused_with_the_reason,
                a_link_to_the_machines_files_is_refused,
                artifacts_that_are_a_link_are_refused,
                an_artifact_above_the_limit_is_refused,
                more_artifacts_than_the_limit_are_refused,
                a_path_that_leaves_the_work_directory_is_refused,
            ]
            limits: [
                the_wall_clock_is_held,
                the_wall_clock_is_held_against_who_ignores_signals,
                the_processor_is_held,
                the_processors_of_children_count,
                memory_is_held,
                memory_of_a_child_counts_though_the_parent_exits_with_0,
                memory_in_files_counts,
                processes_are_held,
                output_with_newlines_is_held,
                output_without_newlines_is_held,
                output_of_both_streams_counts_together,
                disk_is_held,
                many_small_files_are_held,
                a_slow_listener_does_not_stop_the_clock,
                a_limit_of_zero_is_refused,
                a_stronger_sandbox_than_there_is_is_refused,
                an_argument_that_is_no_identifier_is_refused,
            ]
            packages: [
                python_finds_its_packages,
                javascript_finds_its_packages,
                bash_hands_packages_on,
                a_neighbour_comes_before_a_package,
                packages_cannot_be_changed,
                other_packages_are_not_seen,
                packages_that_are_not_there_are_an_error,
            ]
            installations: [
                an_installer_fills_its_directory,
                an_installer_changes_nothing_else,
                an_installer_reaches_the_network_where_it_may,
            ]
            network: [
                the_hosts_loopback_is_out_of_reach,
                the_world_is_out_of_reach,
                a_program_can_talk_to_itself,
            ]
            isolation: [
                nothing_of_a_run_is_seen_by_the_next,
                nothing_of_a_home_is_seen,
                only_the_scratch_space_can_be_written_to,
                only_its_own_processes_are_seen,
                only_its_own_descriptors_are_open,
                signals_mean_what_they_usually_mean,
                the_program_is_nobody_and_can_do_nothing,
            ]
            hostile: [
                a_fork_bomb_in_bash,
                a_fork_bomb_in_python,
                a_process_that_stops_itself,
                a_daemon_is_ended_with_the_run,
                a_session_is_had_or_refused,
                a_background_process_does_not_delay_the_answer,
                a_program_that_closes_its_descriptors,
                a_program_that_prints_what_looks_like_a_frame,
                killing_process_1_and_everybody,
                reading_and_tracing_the_agent,
                changing_the_agents_limits,
                raising_its_own_limits,
                making_namespaces_and_mounts,
                using_what_the_kernel_is_often_broken_with,
                a_thousand_artifacts_and_directories_without_end,
            ]
            endings: [
                a_run_that_is_dropped_leaves_no_process,
                runs_beside_each_other_do_not_meet,
                a_ready_runner_says_how_strong_it_is,
                what_was_used_is_told,
                what_children_used_is_told,
            ]
        }
    };
}

/// Writes the tests for [`conformance!`](crate::conformance!).
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    ($runner:expr, $($module:ident: [$($case:ident),* $(,)?])*) => {
        $(mod $module {
            #[allow(unused_imports, clippy::wildcard_imports, reason = "names of the runner")]
            use super::*;

            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let runner = $runner;
                $crate::conformance::$module::$case(&runner).await;
            })*
        })*
    };
}
