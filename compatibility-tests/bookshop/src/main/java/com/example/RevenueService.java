/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package com.example;

import io.datafast.annotation.TrackGoal;
import org.aopalliance.intercept.MethodInvocation;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

@Service
class RevenueService {

	@PreAuthorize("hasRole('OWNER')")
	@HandleAuthorizationDenied(handlerClass = Masking.class)
	@TrackGoal("revenue:seen")
	public String revenue() {
		return "1000000";
	}

	@PreAuthorize("hasRole('OWNER')")
	@TrackGoal("revenue:reset")
	public void reset() {
	}

	@Component
	static class Masking implements MethodAuthorizationDeniedHandler {

		@Override
		public Object handleDeniedInvocation(MethodInvocation invocation, AuthorizationResult result) {
			return "***";
		}

	}

}
