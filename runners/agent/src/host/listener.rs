//! Reads what the agent says, frame by frame.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

use super::{ConversationError, answer};
use crate::frame::{CHUNK, Decoder, Frame, FrameError, Kind};

/// Reads frames.
#[derive(Debug)]
pub(super) struct Listener<R> {
    reader: R,
    decoder: Decoder,
    bytes: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Listener<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, decoder: Decoder::default(), bytes: vec![0; CHUNK] }
    }

    /// What is in the next frame, which has to be of this kind, or say why it is not.
    pub(super) async fn expect(
        &mut self,
        kind: Kind,
        patience: Duration,
    ) -> Result<Vec<u8>, ConversationError> {
        let next = self.next(Some(Instant::now() + patience)).await;
        let frame = match next {
            Err(ConversationError::Silent(_)) => return Err(ConversationError::Silent(patience)),
            other => other?.ok_or(ConversationError::Ended)?,
        };
        match frame.kind {
            found if found == kind => Ok(frame.payload),
            Kind::Failed => Err(ConversationError::Refused(answer::parse(&frame.payload)?)),
            found => Err(ConversationError::Frame(FrameError::Kind(found as u8))),
        }
    }

    /// The next frame; `None` when the agent has ended. A frame that has arrived is given whatever
    /// the time is: a slow listener is not the agent's fault.
    pub(super) async fn next(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<Frame>, ConversationError> {
        loop {
            if let Some(frame) = self.decoder.next_frame().map_err(ConversationError::Frame)? {
                return Ok(Some(frame));
            }
            let read = self.reader.read(&mut self.bytes);
            let read = match deadline {
                Some(deadline) => timeout_at(deadline, read).await,
                None => Ok(read.await),
            };
            let silent = |_| ConversationError::Silent(Duration::ZERO);
            let length = read.map_err(silent)?.map_err(ConversationError::Read)?;
            if length == 0 {
                return Ok(None);
            }
            self.decoder.push(self.bytes.get(..length).unwrap_or_default());
        }
    }
}
